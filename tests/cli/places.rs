//! Databases and folders that cannot be used: each is refused with a clear error.

use std::fs;

use acceptance::{Engine, Home, Outcome, PostgresServer, Program, given, production::Production};

/// Tries to list, which must fail because something is unavailable, and returns its output.
async fn unavailable(home: &Home) -> String {
    let output = home.groundwork(["studio", "list"]).await.failed(69);
    assert!(!output.contains("panicked"), "{output}");
    output
}

#[tokio::test]
async fn a_server_that_nobody_runs_is_named() {
    let mut home = Home::new(Engine::Postgres).await;
    home.set_database_url("postgres://postgres@127.0.0.1:1/studio");
    let output = unavailable(&home).await;
    assert!(output.contains("127.0.0.1:1"), "{output}");
}

#[tokio::test]
async fn a_wrong_password_is_reported_without_showing_it() {
    let server = PostgresServer::start();
    server
        .run("CREATE ROLE ann LOGIN SUPERUSER PASSWORD 'r1ght-secret'")
        .await;
    server.ask_for_passwords().await;
    let url = |password| {
        let url = server.url();
        url.replace("//postgres@", &format!("//ann:{password}@"))
    };
    let mut home = Home::new(Engine::Sqlite).await;
    home.set_database_url(url("wr0ng-secret"));
    let commands: [(Program, &[&str]); 5] = [
        (Program::Groundwork, &["studio", "list"]),
        (Program::Groundwork, &["serve"]),
        (Program::Groundwork, &["doctor"]),
        (Program::Migrate, &["status"]),
        (Program::Migrate, &["-vv", "up"]),
    ];
    for (program, arguments) in commands {
        let refused = Outcome::of(&mut home.command(program, arguments)).await;
        let output = format!("{}{}", refused.stdout, refused.stderr);
        assert!(!output.contains("secret"), "{arguments:?}: {output}");
        assert!(
            output.contains("refuses the user ann")
                && output.contains("check user and password in database.url"),
            "{arguments:?}: {output}"
        );
        let expected = if arguments == ["doctor"] { 1 } else { 69 };
        assert_eq!(refused.code, Some(expected), "{arguments:?}: {output}");
    }
    home.set_database_url(url("r1ght-secret"));
    let _ = home.groundwork(["studio", "list"]).await.succeeded();
}

#[tokio::test]
async fn a_database_that_is_missing_on_the_server_is_named() {
    let mut home = Home::new(Engine::Postgres).await;
    let mut url: url::Url = home.database_url().parse().unwrap();
    url.set_path("/no_such_database");
    home.set_database_url(url);
    let output = unavailable(&home).await;
    assert!(output.contains("no_such_database"), "{output}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_as_it_is() {
    let home = Home::new(Engine::Sqlite).await;
    let file = home.dir().join("groundwork.db");
    let text = "Dear diary, ".repeat(1000);
    fs::write(&file, &text).unwrap();
    let output = unavailable(&home).await;
    assert!(output.contains("groundwork.db"), "{output}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[tokio::test]
async fn a_folder_in_place_of_the_database_is_refused() {
    let home = Home::new(Engine::Sqlite).await;
    fs::create_dir(home.dir().join("groundwork.db")).unwrap();
    let output = unavailable(&home).await;
    assert!(output.contains("groundwork.db"), "{output}");
}

/// Permissions do not bind root, but nobody can write below /proc.
#[cfg_attr(not(target_os = "linux"), ignore = "needs the /proc of Linux")]
#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let mut home = Home::new(Engine::Sqlite).await;
    home.set_database_url("sqlite:///proc/groundwork/groundwork.db");
    let output = unavailable(&home).await;
    assert!(output.contains("/proc/groundwork"), "{output}");
}

#[tokio::test]
async fn a_file_in_place_of_var_is_refused() {
    let home = Home::new(Engine::Sqlite).await;
    fs::write(home.dir().join("var"), "").unwrap();
    for arguments in [&["serve"][..], &["studio", "list"]] {
        let mut command = home.command(Program::Groundwork, arguments);
        let command = command.env_remove("GROUNDWORK_DATABASE__URL");
        let output = Outcome::of(command).await.failed(69);
        assert!(output.contains("var"), "{output}");
    }
}

#[tokio::test]
async fn a_schema_that_is_newer_than_the_program_is_left_as_it_is() {
    for engine in Engine::ALL {
        let scratch = given::migrated(engine).await;
        let connection = sea_orm::Database::connect(scratch.url()).await.unwrap();
        let insert = "INSERT INTO seaql_migrations (version, applied_at)
                      VALUES ('m29991231_000000_create_flying_cars', 1)";
        sea_orm::ConnectionTrait::execute_unprepared(&connection, insert)
            .await
            .unwrap();
        connection.close().await.unwrap();
        let home = Home::over(scratch);
        let output = unavailable(&home).await;
        assert!(output.contains("create_flying_cars"), "{output}");
    }
}

/// Runs a shell script in a mount namespace of its own, whose `small/` is a filesystem of 4 MiB,
/// and whose `frozen/` can only be read.
async fn among_mounts(home: &Home, script: &str) -> Outcome {
    for folder in ["small", "frozen"] {
        fs::create_dir(home.dir().join(folder)).unwrap();
    }
    let prepare = "mount -t tmpfs -o size=4m groundwork small || exit 99
                   mount -t tmpfs -o ro groundwork frozen || exit 99";
    // The program's own environment, but the shell in its place.
    let program = home.command(Program::Groundwork, [""; 0]);
    let migrate = home.command(Program::Migrate, [""; 0]);
    let mut command = tokio::process::Command::new("unshare");
    command
        .args(["--mount", "--map-root-user", "sh", "-c"])
        .arg(format!("{prepare}\n{script}"))
        .env("GROUNDWORK", program.as_std().get_program())
        .env("MIGRATE", migrate.as_std().get_program())
        .env("GROUNDWORK_DATABASE__URL", home.database_url())
        .current_dir(home.dir());
    let outcome = Outcome::of(&mut command).await;
    assert_ne!(outcome.code, Some(99), "{}", outcome.stderr);
    outcome
}

#[tokio::test]
#[ignore = "mounts filesystems; `cargo xtask test` runs it where that is allowed"]
async fn a_read_only_folder_is_refused() {
    let mut home = Home::new(Engine::Sqlite).await;
    home.set_database_url("sqlite://frozen/groundwork.db");
    let output = among_mounts(&home, r#"exec "$GROUNDWORK" studio list"#)
        .await
        .failed(69);
    assert!(output.contains("frozen"), "{output}");
}

#[tokio::test]
#[ignore = "mounts filesystems; `cargo xtask test` runs it where that is allowed"]
async fn an_import_that_fills_the_disk_stores_nothing() {
    for engine in Engine::ALL {
        let home = Home::over(given::migrated(engine).await);
        let mut production = Production::with_scenes(3);
        production.add_large_clip(8 << 20);
        production.write_to(&home.dir().join("production"));
        let script = r#"
            export GROUNDWORK_FILES__ROOT=small/files
            "$GROUNDWORK" studio import production; code=$?
            find small -type f >&2
            "$GROUNDWORK" studio list --json
            exit $code"#;
        let outcome = among_mounts(&home, script).await;
        assert_eq!(outcome.code, Some(69), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("space"), "{}", outcome.stderr);
        assert!(!outcome.stderr.contains(".png"), "{}", outcome.stderr);
        assert!(
            outcome.stdout.contains(r#""items": []"#),
            "{}",
            outcome.stdout
        );
    }
}

#[tokio::test]
#[ignore = "mounts filesystems; `cargo xtask test` runs it where that is allowed"]
async fn a_database_on_a_full_disk_is_refused_and_stays_whole() {
    let mut home = Home::new(Engine::Sqlite).await;
    home.set_database_url("sqlite://small/groundwork.db");
    Production::with_scenes(3).write_to(&home.dir().join("production"));
    let script = r#"
        "$GROUNDWORK" studio list --json >/dev/null || exit 98
        dd if=/dev/zero of=small/ballast bs=4k 2>/dev/null
        "$GROUNDWORK" studio import production; code=$?
        rm small/ballast
        "$GROUNDWORK" studio list --json || exit 97
        "$GROUNDWORK" studio import production >&2 || exit 96
        exit $code"#;
    let outcome = among_mounts(&home, script).await;
    assert_eq!(outcome.code, Some(69), "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains(r#""items": []"#),
        "{}",
        outcome.stdout
    );
}

#[tokio::test]
async fn a_new_database_has_nothing_to_back_up() {
    let home = Home::new(Engine::Sqlite).await;
    let _ = home.migrate(["up"]).await.succeeded();
    let names = fs::read_dir(home.dir()).unwrap().flatten();
    let backups = names.filter(|entry| entry.file_name().to_string_lossy().ends_with(".backup"));
    assert_eq!(backups.count(), 0);
}

#[tokio::test]
#[ignore = "mounts filesystems; `cargo xtask test` runs it where that is allowed"]
async fn a_step_that_loses_data_is_refused_where_its_backup_has_no_room() {
    let mut home = Home::new(Engine::Sqlite).await;
    home.set_database_url("sqlite://small/groundwork.db");
    Production::with_scenes(1).write_to(&home.dir().join("production"));
    let script = r#"
        "$MIGRATE" up >/dev/null 2>&1 || exit 98
        # Rows, so that there is something to lose.
        GROUNDWORK_FILES__ROOT=files "$GROUNDWORK" studio import production >/dev/null 2>&1 || exit 97
        "$MIGRATE" status > before
        size=$(stat -c %s small/groundwork.db)
        free=$(stat -f -c %a small)
        # One block less than the copy takes.
        dd if=/dev/zero of=small/ballast bs=4096 count=$((free - size / 4096)) 2>/dev/null || exit 96
        "$MIGRATE" down --all; code=$?
        "$MIGRATE" status > after
        cmp before after || exit 95
        ls small | grep -c backup
        echo "$size"
        rm small/ballast
        "$MIGRATE" down -n 1 >/dev/null || exit 94
        exit $code"#;
    let outcome = among_mounts(&home, script).await;
    assert_eq!(outcome.code, Some(69), "{outcome:?}");
    let (backups, size) = outcome.stdout.trim().split_once('\n').unwrap();
    assert_eq!(backups, "0", "{outcome:?}");
    let expected = format!("a backup of small/groundwork.db needs {size} bytes, and ");
    let output = outcome
        .stderr
        .replace(&format!("{}/", home.dir().display()), "");
    assert!(output.contains(&expected), "{output}");
    assert!(
        output.contains("are free; make room, or go on without one (--no-backup)"),
        "{output}"
    );
}
