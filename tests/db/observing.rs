//! What the database reports of itself: long reads, the write-ahead log, metrics.

use std::{process::Command, time::Duration};

use acceptance::{Engine, Scratch};
use futures_util::TryStreamExt;
use groundwork_core::db::Database;
use rstest::rstest;
use sea_orm::{ConnectionTrait, DbBackend, Statement, StreamTrait};

use super::given::{CONVENTION, config, counters, number};

const ENDLESS: &str = "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i) \
                       SELECT count(*) FROM i";
const MANY: &str = "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 1000000) \
                    SELECT n FROM i";

/// A database with one connection for reads, each of which may last so long.
async fn with_short_reads(scratch: &Scratch, limit: Duration) -> Database {
    counters(scratch).await.close().await.unwrap();
    let mut config = config(scratch.url());
    config.readers = 1;
    config.statement_timeout = limit;
    Database::open(&config, CONVENTION).await.unwrap()
}

#[tokio::test]
async fn a_read_without_end_is_cut_off_and_the_next_one_has_its_connection() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = with_short_reads(&scratch, Duration::from_millis(150)).await;
    let reader = db.reader();
    let error = reader.execute_unprepared(ENDLESS).await.unwrap_err();
    assert!(
        error.to_string().contains("database.statement_timeout_ms"),
        "{error}"
    );
    assert_eq!(number(&reader, "SELECT 1").await.unwrap(), 1);
    let statement = Statement::from_string(DbBackend::Sqlite, MANY);
    let mut rows = reader.stream_raw(statement).await.unwrap();
    rows.try_next().await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let rest: Result<Vec<_>, _> = rows.try_collect().await;
    assert!(rest.unwrap_err().to_string().contains("cut off"));
    assert_eq!(number(&reader, "SELECT 1").await.unwrap(), 1);
}

/// With no limit but a caller who goes away: the engine stops, and the one connection is free.
#[rstest]
#[tokio::test]
async fn a_read_whose_caller_goes_away_frees_its_connection(#[values(true, false)] streams: bool) {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = with_short_reads(&scratch, Duration::ZERO).await;
    let reader = db.reader();
    if streams {
        let statement = Statement::from_string(DbBackend::Sqlite, MANY);
        let mut rows = reader.stream_raw(statement).await.unwrap();
        rows.try_next().await.unwrap().unwrap();
    } else {
        let read = reader.execute_unprepared(ENDLESS);
        let cut = tokio::time::timeout(Duration::from_millis(50), read).await;
        assert!(cut.is_err());
    }
    assert_eq!(number(&reader, "SELECT 1").await.unwrap(), 1);
    db.close().await.unwrap();
}

/// The log grows while a read lasts, is cut back after it, and the read is named.
#[tokio::test]
async fn a_read_that_pins_the_log_is_named_and_the_log_shrinks_after_it() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    counters(&scratch).await.close().await.unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_database_writer"))
        .args(["pin", scratch.url()])
        .output()
        .unwrap();
    let log = String::from_utf8(out.stderr).unwrap();
    assert!(out.status.success(), "{log}");
    let line = log
        .lines()
        .find(|line| line.contains("keeps the write-ahead log from being emptied"));
    let line = line.unwrap_or_else(|| panic!("{log}"));
    assert!(line.contains("SELECT FROM counters"), "{line}");
    assert!(line.contains("read_for_ms"), "{line}");
    let sizes: Vec<u64> = String::from_utf8(out.stdout)
        .unwrap()
        .lines()
        .map(|line| line.parse().unwrap())
        .collect();
    let [pinned, after] = sizes.as_slice() else {
        panic!("{sizes:?}");
    };
    assert!(*pinned > 64 << 20, "{sizes:?}");
    assert!(*after <= 64 << 20, "{sizes:?}");
}
