//! Copies that are kept before a step that loses data, and the way back.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, sync::Mutex};

use acceptance::{Engine, Home, Scratch};
use groundwork_core::error::{self, DomainError};
use groundwork_schema::{
    alter::Alter,
    backup::{self, BackupError, Kept},
    run::{self, Event, Goal, RunError, Settings},
    table::{Column, Kind},
};
use rstest::rstest;
use sea_orm_migration::{MigrationTrait, prelude::ConnectionTrait, sea_orm::DatabaseConnection};

use super::given::{
    CONVENTION, DatabaseSnapshot, LIBRARY, Step, connect, empty, execute, library, migrations,
    require_sound, texts,
};

/// What was kept during a run, in order.
async fn kept(
    connection: &DatabaseConnection,
    migrations: &[Box<dyn MigrationTrait>],
    goal: Option<u32>,
    backups: usize,
) -> Result<Vec<Kept>, RunError> {
    let kept = Mutex::new(Vec::new());
    let settings = Settings {
        backups,
        progress: &|event| {
            if let Event::Kept(what) = event {
                kept.lock().unwrap().push(what.clone());
            }
        },
        ..Settings::new(&CONVENTION)
    };
    match goal {
        None => run::up(connection, migrations, Goal::All, &settings).await?,
        Some(steps) => run::down(connection, migrations, Goal::Steps(steps), &settings).await?,
    };
    Ok(kept.into_inner().unwrap())
}

fn one(kept: &[Kept]) -> &backup::Backup {
    match kept {
        [Kept::Backup(backup)] => backup,
        other => panic!("{other:?}"),
    }
}

fn database(scratch: &Scratch) -> PathBuf {
    scratch.dir().join("groundwork.db")
}

#[tokio::test]
async fn a_rebuild_is_preceded_by_a_copy_that_brings_everything_back() {
    let (scratch, connection) = library().await;
    let before = DatabaseSnapshot::of(&connection).await;
    let list = migrations(
        LIBRARY,
        vec![Alter::table("books").drop_check("price")],
        Vec::new(),
    );
    let kept = kept(&connection, &list, None, 5).await.unwrap();
    let backup = one(&kept);
    assert_eq!(backup.migration, "m20260102_000000_change");
    let mode = fs::metadata(&backup.file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let listed = backup::list(&database(&scratch)).unwrap();
    assert_eq!(listed, std::slice::from_ref(backup));
    execute(&connection, "DELETE FROM authors; DROP TABLE notes").await;
    let lost = DatabaseSnapshot::of(&connection).await;
    connection.close().await.unwrap();

    let restored = backup::restore(&database(&scratch), None, &[])
        .await
        .unwrap();
    assert_eq!(restored.from, backup.file);
    let connection = connect(&scratch).await;
    require_sound(&connection).await;
    assert_eq!(
        DatabaseSnapshot::of(&connection).await,
        before,
        "rowids included"
    );
    let history = "SELECT version FROM seaql_migrations";
    assert_eq!(
        texts(&connection, history).await,
        ["m20260101_000000_create"]
    );
    connection.close().await.unwrap();

    // What was replaced can be brought back as well.
    let replaced = restored.replaced.unwrap();
    backup::restore(&database(&scratch), Some(&replaced), &[])
        .await
        .unwrap();
    assert_eq!(DatabaseSnapshot::of(&connect(&scratch).await).await, lost);
}

#[tokio::test]
async fn only_a_step_that_loses_data_and_has_some_to_lose_is_preceded_by_a_copy() {
    let step = |name, sql| -> Box<dyn MigrationTrait> {
        let (up, down) = (Vec::new(), Vec::new());
        Box::new(Step {
            name,
            sql,
            up,
            down,
        })
    };
    let steps = || {
        vec![
            step("m1_create", "CREATE TABLE t (a int, b int)"),
            step("m2_drop_from_an_empty_table", "ALTER TABLE t DROP COLUMN b"),
            step("m3_fill", "INSERT INTO t VALUES (1)"),
            step(
                "m4_add",
                "ALTER TABLE t ADD COLUMN c int; CREATE INDEX i ON t (c)",
            ),
            step("m5_drop_nothing", "DROP INDEX i"),
        ]
    };
    let (scratch, connection) = empty(Engine::Sqlite).await;
    assert_eq!(kept(&connection, &steps(), None, 5).await.unwrap(), []);

    let mut more = steps();
    more.push(step("m6_drop", "CREATE TABLE u (a int); DROP TABLE u"));
    more.push(step("m7_drop_again", "ALTER TABLE t DROP COLUMN c"));
    let found = kept(&connection, &more, None, 5).await.unwrap();
    assert_eq!(one(&found).migration, "m6_drop", "one for the whole run");

    let found = kept(&connection, &more, Some(1), 5).await.unwrap();
    assert_eq!(one(&found).direction, run::Direction::Down);
    let found = kept(&connection, &more, Some(1), 0).await.unwrap();
    assert_eq!(found, [], "none was wanted");
    assert_eq!(backup::list(&database(&scratch)).unwrap().len(), 2);
}

#[tokio::test]
async fn the_newest_copies_remain() {
    let (scratch, connection) = library().await;
    let add = Alter::table("notes").add_column(Column::optional("more", Kind::Text));
    let list = migrations(
        LIBRARY,
        vec![add],
        vec![Alter::table("notes").drop_column("more")],
    );
    let unfinished = "groundwork.db.20260101T000000000Z.up.x.backup-unfinished";
    fs::write(scratch.dir().join(unfinished), "what a killed process left").unwrap();
    let mut made = Vec::new();
    for _ in 0..4 {
        assert_eq!(kept(&connection, &list, None, 2).await.unwrap(), []);
        let found = kept(&connection, &list, Some(1), 2).await.unwrap();
        made.push(one(&found).clone());
    }
    let left = backup::list(&database(&scratch)).unwrap();
    assert_eq!(left, [made[3].clone(), made[2].clone()]);
    assert!(!scratch.dir().join(unfinished).exists());
}

#[rstest]
#[case::used("used", error::Kind::Conflict)]
#[case::unsound("unsound", error::Kind::Invalid)]
#[case::missing("missing", error::Kind::Usage)]
#[case::none("none", error::Kind::Unavailable)]
#[tokio::test]
async fn what_cannot_be_brought_back_leaves_the_database_as_it_was(
    #[case] what: &str,
    #[case] kind: error::Kind,
) {
    let (scratch, connection) = library().await;
    let file = scratch.dir().join("copy.backup");
    execute(&connection, &format!("VACUUM INTO '{}'", file.display())).await;
    execute(&connection, "DELETE FROM notes").await;
    let before = DatabaseSnapshot::of(&connection).await;
    connection.close().await.unwrap();
    let error: BackupError = match what {
        "used" => {
            let user = connect(&scratch).await;
            execute(&user, "BEGIN; INSERT INTO notes VALUES ('half', NULL)").await;
            let error = backup::restore(&database(&scratch), Some(&file), &[])
                .await
                .unwrap_err();
            execute(&user, "ROLLBACK").await;
            user.close().await.unwrap();
            error
        }
        "unsound" => {
            let mut bytes = fs::read(&file).unwrap();
            let middle = bytes.len() / 2;
            bytes[4096..middle].fill(7);
            fs::write(&file, bytes).unwrap();
            backup::restore(&database(&scratch), Some(&file), &[])
                .await
                .unwrap_err()
        }
        "missing" => {
            let nowhere = PathBuf::from("nowhere.backup");
            backup::restore(&database(&scratch), Some(&nowhere), &[])
                .await
                .unwrap_err()
        }
        _ => backup::restore(&database(&scratch), None, &[])
            .await
            .unwrap_err(),
    };
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(DatabaseSnapshot::of(&connect(&scratch).await).await, before);
}

#[tokio::test]
async fn a_database_that_is_no_longer_one_is_replaced_too() {
    let (scratch, connection) = library().await;
    let before = DatabaseSnapshot::of(&connection).await;
    let file = scratch.dir().join("copy.backup");
    execute(&connection, &format!("VACUUM INTO '{}'", file.display())).await;
    connection.close().await.unwrap();
    fs::write(database(&scratch), "no database at all".repeat(1000)).unwrap();
    let restored = backup::restore(&database(&scratch), Some(&file), &[])
        .await
        .unwrap();
    assert_eq!(DatabaseSnapshot::of(&connect(&scratch).await).await, before);
    let kept = fs::read_to_string(restored.replaced.unwrap()).unwrap();
    assert!(kept.starts_with("no database"));
    // And one that is gone.
    fs::remove_file(database(&scratch)).unwrap();
    let restored = backup::restore(&database(&scratch), Some(&file), &[])
        .await
        .unwrap();
    assert_eq!(restored.replaced, None);
    assert_eq!(DatabaseSnapshot::of(&connect(&scratch).await).await, before);
}

const TRASH: &str = "INSERT INTO file_trash (storage_key, trashed_at)
                     VALUES ('k', '2026-01-01T00:00:00+00:00')";

#[tokio::test]
async fn the_command_keeps_shows_and_brings_back() {
    let home = Home::over(acceptance::given::migrated(Engine::Sqlite).await);
    let connection = sea_orm::Database::connect(home.database_url())
        .await
        .unwrap();
    connection.execute_unprepared(TRASH).await.unwrap();
    connection.close().await.unwrap();
    let down = home.migrate(["down", "--to", "create_projects"]).await;
    assert!(down.stderr.contains("kept a backup: "), "{}", down.stderr);
    assert_eq!(down.code, Some(0));

    let list = home.migrate(["restore", "--list", "--json"]).await.json();
    assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list[0]["direction"], "down");
    let name = PathBuf::from(list[0]["file"].as_str().unwrap());
    let name = name.file_name().unwrap().to_str().unwrap();
    let table = home.migrate(["restore", "--list"]).await.succeeded();
    assert!(table.contains(name), "{table}");

    let server = home.serve().await;
    let refused = home.migrate(["restore"]).await.failed(75);
    assert!(refused.contains("a server is running on"), "{refused}");
    assert!(refused.contains("stop it first"), "{refused}");
    server.stop().await;

    let restored = home.migrate(["restore", name, "--json"]).await;
    let restored = restored.json();
    assert!(
        restored["replaced"]
            .as_str()
            .unwrap()
            .ends_with("groundwork.db.replaced-1")
    );
    let connection = sea_orm::Database::connect(home.database_url())
        .await
        .unwrap();
    assert_eq!(
        texts(&connection, "SELECT storage_key FROM file_trash").await,
        ["k"]
    );
    connection.close().await.unwrap();
    let again = home.migrate(["up"]).await;
    assert_eq!(again.stderr, "nothing to do\nthe schema is up to date\n");
    let bare = home.migrate(["down", "--no-backup"]).await;
    assert!(!bare.stderr.contains("kept a backup"), "{}", bare.stderr);
}

#[tokio::test]
async fn on_postgres_the_command_says_whose_business_backups_are() {
    let home = Home::over(acceptance::given::migrated(Engine::Postgres).await);
    let quiet = home.migrate(["redo"]).await;
    assert!(!quiet.stderr.contains("backup"), "{}", quiet.stderr);
    let connection = sea_orm::Database::connect(home.database_url())
        .await
        .unwrap();
    connection.execute_unprepared(TRASH).await.unwrap();
    connection.close().await.unwrap();
    let down = home.migrate(["down"]).await;
    assert!(
        down.stderr
            .contains("no backup is kept: PostgreSQL's are its server's business, see pg_dump"),
        "{}",
        down.stderr
    );
    let restore = home.migrate(["restore"]).await.failed(2);
    assert!(restore.contains("pg_restore"), "{restore}");
}
