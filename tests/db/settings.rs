//! What every connection is set to.

use std::{os::unix::fs::PermissionsExt, path::Path, time::Duration};

use acceptance::{Engine, Scratch, on_both_engines};
use groundwork_core::db::{ConnectionSettings, Database, Role, connect_for_migration};
use sea_orm::{ConnectionTrait, Statement};

use super::given::{CONVENTION, config, counters, number, opened};

fn of(all: &[ConnectionSettings], role: Role) -> Vec<&ConnectionSettings> {
    all.iter().filter(|one| one.role == role).collect()
}

#[tokio::test]
async fn every_connection_to_sqlite_is_durable_checks_foreign_keys_and_waits() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let all = opened(&scratch).await.settings().await.unwrap();
    assert_eq!(of(&all, Role::Writer).len(), 1);
    assert_eq!(of(&all, Role::Reader).len(), 3);
    for one in &all {
        let query_only = if one.role == Role::Reader { "1" } else { "0" };
        for (name, value) in [
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("foreign_keys", "1"),
            ("recursive_triggers", "1"),
            ("busy_timeout", "5000"),
            ("query_only", query_only),
        ] {
            assert_eq!(one.values[name], value, "{name} of {one:?}");
        }
    }
}

#[tokio::test]
async fn every_connection_to_postgres_has_its_limits_and_a_name() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let all = opened(&scratch).await.settings().await.unwrap();
    assert_eq!(of(&all, Role::Writer).len(), 3);
    assert_eq!(of(&all, Role::Reader).len(), 3);
    for one in &all {
        let read_only = if one.role == Role::Reader {
            "on"
        } else {
            "off"
        };
        for (name, value) in [
            ("application_name", "groundwork"),
            ("statement_timeout", "30s"),
            ("lock_timeout", "20s"),
            ("default_transaction_read_only", read_only),
            ("TimeZone", "UTC"),
        ] {
            assert_eq!(one.values[name], value, "{name} of {one:?}");
        }
    }
}

#[tokio::test]
async fn a_connection_to_postgres_that_is_too_old_is_replaced_and_no_other() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let server_process = async |max_lifetime| {
        let config = groundwork_core::config::Database {
            max_lifetime,
            ..config(scratch.url())
        };
        let db = Database::open(&config, CONVENTION).await.unwrap();
        let mut seen = Vec::new();
        for _ in 0..2 {
            let work = db.begin().await.unwrap();
            seen.push(
                number(&work, "SELECT pg_backend_pid()::bigint")
                    .await
                    .unwrap(),
            );
            work.rollback().await.unwrap();
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        (seen[0], seen[1])
    };
    let (first, second) = server_process(Duration::from_millis(50)).await;
    assert_ne!(first, second);
    let (first, second) = server_process(Duration::from_secs(60)).await;
    assert_eq!(first, second);
}

#[on_both_engines]
async fn a_reader_refuses_to_write(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    for sql in [
        "UPDATE counters SET n = 1",
        "DELETE FROM counters",
        "CREATE TABLE more (id bigint)",
    ] {
        let refused = db.reader().execute_unprepared(sql).await.unwrap_err();
        assert!(refused.to_string().contains("read"), "{refused}");
    }
    db.reader()
        .execute_unprepared("SELECT * FROM counters")
        .await
        .unwrap();
}

#[tokio::test]
async fn a_new_database_belongs_to_its_user_alone() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let folder = scratch.dir().join("deep/var");
    let url = format!("sqlite://{}/groundwork.db", folder.display());
    let db = groundwork_core::db::Database::open(&config(&url), super::given::CONVENTION)
        .await
        .unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for name in ["groundwork.db", "groundwork.db-wal", "groundwork.db-shm"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
    db.close().await.unwrap();
    let left: Vec<_> = folder
        .read_dir()
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(
        left,
        ["groundwork.db"],
        "the log is moved into the file at the end"
    );
}

#[on_both_engines]
async fn a_database_describes_itself_and_hides_its_password(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let url = scratch.url().replace("postgres@", "postgres:s3cret@");
    let db = groundwork_core::db::Database::open(&config(&url), super::given::CONVENTION)
        .await
        .unwrap();
    db.ping().await.unwrap();
    let description = db.describe().await.unwrap();
    assert!(
        description
            .version
            .starts_with(|c: char| c.is_ascii_digit())
    );
    assert!(!format!("{description:?} {db:?}").contains("s3cret"));
}

#[on_both_engines]
async fn a_migration_has_one_connection_without_a_limit_for_statements(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let mut config = config(scratch.url());
    config.acquire_timeout = Duration::from_millis(200);
    let connection = connect_for_migration(&config).await.unwrap();
    let (sql, expected) = match engine {
        Engine::Sqlite => ("SELECT journal_mode FROM pragma_journal_mode", "wal"),
        Engine::Postgres => ("SELECT current_setting('statement_timeout')", "0"),
    };
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    if engine == Engine::Postgres {
        let row = connection.query_one_raw(statement).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<String>(0).unwrap(), expected);
    }
    let open = sea_orm::TransactionTrait::begin(&connection).await.unwrap();
    assert!(
        connection.ping().await.is_err(),
        "there is one connection only"
    );
    open.rollback().await.unwrap();
}
