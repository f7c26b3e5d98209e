//! The program `migrate`, as its users run it.

use std::{fs, process::Stdio, time::Duration};

use acceptance::{Engine, Home, Outcome, Program, Scratch, given, on_both_engines};
use groundwork_schema::run::{self, Goal, State};
use rstest::rstest;
use sea_orm::DatabaseConnection;
use sqlx::Connection as _;

use super::{catalog::catalog, connect, scripts, tables, up};

#[on_both_engines]
async fn up_down_redo_and_status_report_what_they_did(engine: Engine) {
    let home = Home::new(engine).await;
    let all = migration::migrations().len();
    let pending = |applied: usize| format!("{} migrations pending\n", all - applied);
    let up = home.migrate(["up", "-n", "2"]).await;
    assert_eq!(up.stdout, "", "nothing that is not data goes to stdout");
    assert_eq!(
        without_times(&up.stderr),
        "up   m20261120_100000_create_projects\n\
         up   m20261120_101000_create_scenes\n"
            .to_owned()
            + &pending(2)
    );
    let up = home.migrate(["up", "--to", "create_artifacts"]).await;
    assert_eq!(
        without_times(&up.stderr),
        "up   m20261120_102000_create_artifacts\n".to_owned() + &pending(3)
    );
    let redo = home.migrate(["redo"]).await;
    assert_eq!(
        without_times(&redo.stderr),
        "down m20261120_102000_create_artifacts\n\
         up   m20261120_102000_create_artifacts\n"
            .to_owned()
            + &pending(3)
    );
    let down = home.migrate(["down"]).await;
    assert_eq!(
        without_times(&down.stderr),
        "down m20261120_102000_create_artifacts\n".to_owned() + &pending(2)
    );
    quietly(&home, &["up"]).await;
    let again = home.migrate(["up"]).await;
    assert_eq!(again.stderr, "nothing to do\nthe schema is up to date\n");
    quietly(&home, &["down", "--all"]).await;

    quietly(&home, &["up", "-n", "1"]).await;
    let status = home.migrate(["status", "--json"]).await.json();
    let list = status.as_array().unwrap();
    assert_eq!(list.len(), migration::migrations().len());
    assert_eq!(list[0]["migration"], "m20261120_100000_create_projects");
    assert_eq!(list[0]["state"], "applied");
    assert!(list[0]["applied_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(list[1]["state"], "pending");
    assert!(list[1]["applied_at"].is_null());
}

#[tokio::test]
async fn status_before_there_is_a_database_creates_none() {
    let home = Home::new(Engine::Sqlite).await;
    let status = home.migrate(["status"]).await;
    assert_eq!(
        status.stderr,
        "there is no database yet; `migrate up` creates it\n"
    );
    insta::assert_snapshot!("status_of_nothing", status.succeeded());
    assert_eq!(fs::read_dir(home.dir()).unwrap().count(), 0);
}

#[on_both_engines]
async fn status_of_an_empty_database_leaves_it_empty(engine: Engine) {
    let home = Home::new(engine).await;
    quietly(&home, &["up"]).await;
    quietly(&home, &["down", "--all"]).await;
    let before = files(&home);
    assert_eq!(home.migrate(["status"]).await.code, Some(0));
    assert_eq!(files(&home), before, "also no log of SQLite is left");
}

/// The names and sizes of the files in a home.
fn files(home: &Home) -> Vec<(String, u64)> {
    let mut files: Vec<(String, u64)> = fs::read_dir(home.dir())
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, entry.metadata().unwrap().len())
        })
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn up_creates_the_folder_and_the_file_of_sqlite() {
    let mut home = Home::new(Engine::Sqlite).await;
    let file = home.dir().join("deep/er/studio.db");
    home.set_database_url(format!("sqlite://{}", file.display()));
    quietly(&home, &["up"]).await;
    assert!(file.is_file());
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_at_once_all_succeed_and_run_each_migration_once(engine: Engine) {
    let home = Home::new(engine).await;
    let mut processes = Vec::new();
    for _ in 0..8 {
        let mut command = home.command(Program::Migrate, ["up"]);
        processes.push(tokio::spawn(async move { Outcome::of(&mut command).await }));
    }
    let mut ran = 0;
    for process in processes {
        let outcome = process.await.unwrap();
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        ran += outcome
            .stderr
            .lines()
            .filter(|line| line.starts_with("up "))
            .count();
    }
    assert_eq!(ran, migration::migrations().len());
}

#[on_both_engines]
async fn a_killed_process_leaves_a_schema_of_whole_migrations(engine: Engine) {
    let home = Home::new(engine).await;
    let migrations = migration::migrations();
    let wholes = whole_schemas(engine).await;
    // From before the first migration to after the last: at any moment.
    for delay in (0..25).map(|step| Duration::from_millis(step * 4)) {
        let mut command = home.command(Program::Migrate, ["up"]);
        let mut process = command.stderr(Stdio::null()).spawn().unwrap();
        tokio::time::sleep(delay).await;
        process.kill().await.unwrap();

        assert_eq!(home.migrate(["status"]).await.code, Some(0));
        let connection = connect_to(&home).await;
        let status = run::status(&connection, &migrations).await.unwrap();
        let applied = status.iter().filter(|s| s.state != State::Pending).count();
        if applied > 0 {
            let found = catalog(&connection).await;
            assert_eq!(found, wholes[applied], "killed after {delay:?}");
        }
        connection.close().await.unwrap();
        quietly(&home, &["down", "--all"]).await;
    }
    quietly(&home, &["up"]).await;
}

/// The catalog after each number of migrations.
async fn whole_schemas(engine: Engine) -> Vec<Vec<String>> {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let migrations = migration::migrations();
    let mut schemas = vec![Vec::new()];
    for _ in &migrations {
        up(&connection, &migrations, Goal::Steps(1)).await.unwrap();
        schemas.push(catalog(&connection).await);
    }
    schemas
}

/// The database of a home; SQLite's file is created where nothing has done so yet.
async fn connect_to(home: &Home) -> DatabaseConnection {
    let url = home.database_url();
    let mode = if url.starts_with("sqlite") {
        "?mode=rwc"
    } else {
        ""
    };
    super::open(format!("{url}{mode}"), 1).await
}

#[on_both_engines]
async fn a_newer_schema_is_shown_and_refused(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let newer = scripts(&[("m29990101_000000_create_future", "SELECT 1", "")]);
    up(&connection, &newer, Goal::All).await.unwrap();
    connection.close().await.unwrap();
    let home = Home::over(scratch);
    let status = home.migrate(["status"]).await;
    assert!(status.stdout.contains("m29990101_000000_create_future"));
    assert!(status.stdout.contains("unknown"));
    assert_eq!(status.code, Some(69));
    let output = home.migrate(["up"]).await.failed(69);
    insta::assert_snapshot!("newer_schema", output);
    let connection = connect_to(&home).await;
    assert_eq!(tables(&connection).await, ["seaql_migrations"]);
}

#[rstest]
#[case::no_command(&[], 2)]
#[case::wrong_word(&["statsu"], 2)]
#[case::zero_steps(&["up", "-n", "0"], 2)]
#[case::two_goals(&["down", "-n", "1", "--all"], 2)]
#[case::no_such_goal(&["up", "--to", "create_scnes"], 2)]
#[case::bad_name(&["new", "CreateCaptions"], 2)]
#[case::taken_name(&["new", "create_scenes"], 2)]
#[case::bad_url(&["--database-url", "mysql://here", "up"], 78)]
#[case::no_config(&["--config-dir", "nowhere", "status"], 78)]
#[tokio::test]
async fn what_cannot_be_done_is_reported_with_what_to_do_instead(
    #[case] arguments: &[&str],
    #[case] code: i32,
) {
    let home = Home::new(Engine::Sqlite).await;
    let output = home.migrate(arguments).await.failed(code);
    let name = format!(
        "refused_{}",
        arguments.join("_").replace(['/', ':', '-'], "")
    );
    insta::assert_snapshot!(name, output);
    assert_eq!(
        fs::read_dir(home.dir())
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name() != "groundwork.db")
            .count(),
        0
    );
}

#[tokio::test]
async fn no_colour_goes_where_no_terminal_is() {
    let home = Home::new(Engine::Sqlite).await;
    for arguments in [["up", "--to", "create_scenes"], ["up", "--to", "wrong"]] {
        let outcome = home.migrate(arguments).await;
        assert!(!outcome.stderr.contains('\u{1b}'), "{:?}", outcome.stderr);
    }
}

/// Runs `migrate` to a good end, without a word on stdout.
async fn quietly(home: &Home, arguments: &[&str]) {
    assert_eq!(home.migrate(arguments).await.succeeded(), "");
}

fn without_times(text: &str) -> String {
    text.lines()
        .map(|line| line.split(" (").next().unwrap_or(line).to_owned() + "\n")
        .collect()
}

#[tokio::test]
async fn a_database_that_another_process_has_to_itself_is_waited_for() {
    let home = Home::over(given::migrated(Engine::Sqlite).await);
    let url = home.database_url().replace("sqlite://", "");
    let file = home.dir().join(url).display().to_string();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let mut other = sqlx::SqliteConnection::connect_with(&options)
        .await
        .unwrap();
    // As a tool does that locks the file as a whole: no reader gets in either.
    for sql in ["PRAGMA journal_mode = DELETE", "BEGIN EXCLUSIVE"] {
        sqlx::Executor::execute(&mut other, sql).await.unwrap();
    }
    let start = std::time::Instant::now();
    let refused = home.migrate(["up", "--wait", "2"]).await.failed(75);
    assert!(refused.contains("another process"), "{refused}");
    assert!(
        (1..12).contains(&start.elapsed().as_secs()),
        "{:?}",
        start.elapsed()
    );
    let waiting = home.migrate(["up", "--wait", "40"]);
    let freed = async {
        tokio::time::sleep(std::time::Duration::from_secs(7)).await;
        sqlx::Executor::execute(&mut other, "COMMIT").await.unwrap();
    };
    let (done, ()) = tokio::join!(waiting, freed);
    let _ = done.succeeded();
}

#[on_both_engines]
async fn a_plan_speaks_the_language_of_the_configured_database(engine: Engine) {
    let home = Home::new(engine).await;
    let plan = home.migrate(["plan", "--sql"]).await.succeeded();
    let is_of_postgres = plan.contains("pg_advisory_xact_lock");
    assert_eq!(is_of_postgres, engine == Engine::Postgres, "{plan}");
    let other = home.migrate(["plan", "--sql", "--engine", "sqlite"]).await;
    assert!(other.succeeded().contains("BEGIN IMMEDIATE"));
}
