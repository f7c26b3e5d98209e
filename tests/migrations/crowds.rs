//! Many processes at once, processes that are killed, and sessions that hold locks.

use std::{process::Stdio, sync::Mutex, time::Duration};

use acceptance::{Engine, Outcome, Scratch, on_both_engines};
use groundwork_core::error::{DomainError, Kind};
use groundwork_schema::run::{self, Event, Goal, RunError, Settings};
use migration::CONVENTION;
use sea_orm::TransactionTrait as _;
use sea_orm_migration::prelude::*;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
};

use super::{Untransacted, connect, execute, running::ONE, scripts, texts, up};

/// The program `downstream` at work on a scratch database.
fn downstream(scratch: &Scratch, arguments: &[&str]) -> Command {
    let mode = match scratch.engine() {
        Engine::Sqlite => "?mode=rwc",
        Engine::Postgres => "",
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_downstream"));
    command
        .args(arguments)
        .arg(format!("--database-url={}{mode}", scratch.url()))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

async fn number(scratch: &Scratch) -> String {
    let connection = connect(scratch).await;
    texts(&connection, "SELECT CAST(n AS text) FROM numbers")
        .await
        .remove(0)
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_on_an_empty_database_do_everything_once_round_after_round(engine: Engine) {
    for round in 0..20 {
        let scratch = Scratch::empty(engine).await;
        let mut processes = Vec::new();
        for _ in 0..8 {
            let mut command = downstream(&scratch, &["up", "--json"]);
            processes.push(tokio::spawn(async move { Outcome::of(&mut command).await }));
        }
        let mut ran = 0;
        for process in processes {
            let done = process.await.unwrap().json();
            ran += done["steps"].as_array().unwrap().len();
            assert_eq!(done["pending"].as_array().map(Vec::len), Some(0));
        }
        assert_eq!(ran, 11, "round {round}");
        assert_eq!(number(&scratch).await, "1024", "round {round}");
    }
}

/// Killed after each of its migrations, in the midst of the next.
#[on_both_engines]
async fn a_killed_process_is_carried_on_from_where_it_was(engine: Engine) {
    for finished in 0..11 {
        let scratch = Scratch::empty(engine).await;
        let mut command = downstream(&scratch, &["up"]);
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        for _ in 0..finished {
            let line = lines.next_line().await.unwrap().unwrap();
            assert!(line.starts_with("up "), "{line}");
        }
        process.kill().await.unwrap();
        let mut again = downstream(&scratch, &["up", "--json"]);
        let done = Outcome::of(&mut again).await.json();
        let rest = done["steps"].as_array().unwrap().len();
        assert!(
            rest <= 11 - finished,
            "killed after {finished}, {rest} were left"
        );
        assert_eq!(number(&scratch).await, "1024", "killed after {finished}");
    }
}

/// The server ends the statement of a process that is gone: here one that waits for a table.
#[tokio::test]
async fn a_holder_killed_within_a_long_statement_gives_way_on_postgres() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let first = Outcome::of(&mut downstream(&scratch, &["up", "-n", "1"])).await;
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let (reader, watcher) = (connect(&scratch).await, connect(&scratch).await);
    let reading = reader.begin().await.unwrap();
    let lock = "LOCK TABLE numbers IN ACCESS EXCLUSIVE MODE";
    reading.execute_unprepared(lock).await.unwrap();

    let mut process = downstream(&scratch, &["up", "--lock-timeout=600"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let waiting = "SELECT 'x' FROM pg_stat_activity
                   WHERE wait_event_type = 'Lock' AND datname = current_database()";
    until(async || !texts(&watcher, waiting).await.is_empty()).await;
    let free = "SELECT pg_try_advisory_lock(hashtextextended('seaql_migrations', 0))::text";
    assert_eq!(texts(&watcher, free).await, ["false"]);
    process.kill().await.unwrap();
    until(async || texts(&watcher, free).await == ["true"]).await;
    reading.rollback().await.unwrap();
}

async fn until(condition: impl AsyncFn() -> bool) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let limit = Duration::from_secs(30);
    tokio::time::timeout(limit, waiting)
        .await
        .expect("it comes to pass");
}

#[tokio::test]
async fn a_migration_that_cannot_get_its_locks_gives_way_and_tries_again_on_postgres() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&scratch).await;
    up(&connection, &scripts(&[ONE]), Goal::All).await.unwrap();
    let alter = (
        "m20260102_000000_alter_one",
        "ALTER TABLE one ADD COLUMN m bigint",
        "",
    );

    let holder = connect(&scratch).await;
    let reading = holder.begin().await.unwrap();
    reading
        .execute_unprepared("SELECT * FROM one")
        .await
        .unwrap();
    let retries = Mutex::new(Vec::new());
    let progress = |event: Event<'_>| {
        if let Event::Retrying { migration, pause } = event {
            retries.lock().unwrap().push((migration.to_owned(), pause));
        }
    };
    let settings = |acquire_timeout| Settings {
        acquire_timeout,
        lock_timeout: Duration::from_millis(50),
        progress: &progress,
        ..Settings::new(&CONVENTION)
    };
    let brief = settings(Duration::from_millis(400));
    let migrations = scripts(&[ONE, alter]);
    let error = run::up(&connection, &migrations, Goal::All, &brief)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, RunError::Locked { migration, .. } if migration == alter.0),
        "{error:?}"
    );
    assert_eq!(error.kind(), Kind::Conflict);
    assert!(
        retries
            .lock()
            .unwrap()
            .iter()
            .all(|(name, _)| name == alter.0)
    );
    assert!(!retries.lock().unwrap().is_empty());

    let long = settings(Duration::from_secs(30));
    let release = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        reading.rollback().await.unwrap();
    };
    let (done, ()) = tokio::join!(run::up(&connection, &migrations, Goal::All, &long), release);
    assert_eq!(done.unwrap().steps.len(), 1);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended_on_postgres() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&scratch).await;
    let slow = ("m20260101_000000_sleep", "SELECT pg_sleep(600)", "");
    let settings = Settings {
        statement_timeout: Some(Duration::from_millis(100)),
        ..Settings::new(&CONVENTION)
    };
    let error = run::up(&connection, &scripts(&[slow]), Goal::All, &settings)
        .await
        .unwrap_err();
    assert!(matches!(error, RunError::Failed { .. }), "{error:?}");
    let limit = texts(&connection, "SELECT current_setting('statement_timeout')").await;
    assert_eq!(limit, ["0"], "it was the migration's alone");
}

/// Builds a unique index outside of a transaction.
const UNIQUE_ONE: Untransacted = Untransacted {
    name: "m20260102_000000_index_one",
    up: "CREATE UNIQUE INDEX CONCURRENTLY uq_one_n ON one (n)",
};

#[tokio::test]
async fn an_unusable_index_is_removed_before_it_is_built_again_on_postgres() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&scratch).await;
    let mut migrations = scripts(&[ONE]);
    migrations.push(Box::new(UNIQUE_ONE));
    up(&connection, &migrations, Goal::Steps(1)).await.unwrap();
    execute(&connection, "INSERT INTO one VALUES (1)").await;
    let error = up(&connection, &migrations, Goal::All).await.unwrap_err();
    assert!(matches!(error, RunError::FailedBare { .. }), "{error:?}");
    let unusable = "SELECT relname::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
                    WHERE NOT indisvalid";
    assert_eq!(texts(&connection, unusable).await, ["uq_one_n"]);

    execute(&connection, "TRUNCATE one").await;
    let dropped = Mutex::new(Vec::new());
    let settings = Settings {
        progress: &|event| {
            if let Event::IndexDropped { index, .. } = event {
                dropped.lock().unwrap().push(index.to_owned());
            }
        },
        ..Settings::new(&CONVENTION)
    };
    run::up(&connection, &migrations, Goal::All, &settings)
        .await
        .unwrap();
    assert_eq!(*dropped.lock().unwrap(), ["uq_one_n"]);
    assert!(texts(&connection, unusable).await.is_empty());
    // Another session may have the lock now.
    let other = connect(&scratch).await;
    let free = "SELECT pg_try_advisory_lock(hashtextextended('seaql_migrations', 0))::text";
    assert_eq!(texts(&other, free).await, ["true"]);
}
