//! Many units at once, in one process and in several: none is refused, nothing is lost.

use std::time::{Duration, Instant};

use acceptance::{Engine, Scratch, on_both_engines};
use groundwork_core::{
    db::{Database, DbError, kind_of},
    error::{DomainError, Kind},
};
use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};
use sqlx::{Connection as _, SqliteConnection};
use tokio::task::JoinSet;

use super::given::{CONVENTION, config, counters, increment, number, opened};

const N: &str = "SELECT n FROM counters WHERE id = 1";

/// Adds one, `times` times, from as many tasks, dealt out among the databases.
async fn increments(dbs: &[Database], times: usize) {
    let mut tasks = JoinSet::new();
    for i in 0..times {
        let db = dbs[i % dbs.len()].clone();
        tasks.spawn(async move {
            let work = db.begin().await.unwrap();
            increment(&work, 1).await.unwrap();
            work.commit().await.unwrap();
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_units_at_once_lose_nothing(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    increments(std::slice::from_ref(&db), 64).await;
    assert_eq!(number(&db.reader(), N).await.unwrap(), 64);
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_second_database_on_the_same_file_takes_its_turns_too(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let one = counters(&scratch).await;
    let other = opened(&scratch).await;
    increments(&[one.clone(), other], 128).await;
    assert_eq!(number(&one.reader(), N).await.unwrap(), 128);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_may_open_a_new_sqlite_database_at_once() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let config = config(scratch.url());
        tasks.spawn(async move { Database::open(&config, CONVENTION).await });
    }
    while let Some(opened) = tasks.join_next().await {
        opened.unwrap().unwrap();
    }
}

#[tokio::test]
async fn units_have_their_turns_in_the_order_in_which_they_asked() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = counters(&scratch).await;
    let first = db.begin().await.unwrap();
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    for i in 0..20 {
        let (db, sender) = (db.clone(), sender.clone());
        tokio::spawn(async move {
            let work = db.begin().await.unwrap();
            sender.send(i).unwrap();
            work.commit().await.unwrap();
        });
        tokio::task::yield_now().await;
    }
    first.commit().await.unwrap();
    for i in 0..20 {
        assert_eq!(receiver.recv().await, Some(i));
    }
}

#[tokio::test]
async fn waiting_too_long_for_another_unit_times_out() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let mut config = config(scratch.url());
    config.acquire_timeout = Duration::from_millis(100);
    let db = Database::open(&config, CONVENTION).await.unwrap();
    let open = db.begin().await.unwrap();
    let error = db.begin().await.unwrap_err();
    assert!(matches!(error, DbError::TimedOut { .. }));
    assert_eq!(error.kind(), Kind::Unavailable);
    let text = error.to_string();
    assert!(
        text.contains("the turn to write, which another unit of work has had for"),
        "{text}"
    );
    drop(open);
    db.begin().await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn a_lock_of_another_process_is_waited_for() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    counters(&scratch).await.close().await.unwrap();
    let mut config = config(scratch.url());
    config.busy_timeout = Duration::from_millis(20);
    let db = Database::open(&config, CONVENTION).await.unwrap();
    let mut other = SqliteConnection::connect(scratch.url()).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();
    let waiting = tokio::spawn(async move {
        let work = db.begin().await.unwrap();
        increment(&work, 1).await.unwrap();
        work.commit().await
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    sqlx::query("COMMIT").execute(&mut other).await.unwrap();
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn waiting_too_long_for_another_process_times_out_and_may_be_tried_again() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    counters(&scratch).await.close().await.unwrap();
    let mut config = config(scratch.url());
    config.busy_timeout = Duration::from_millis(20);
    config.acquire_timeout = Duration::from_millis(200);
    let db = Database::open(&config, CONVENTION).await.unwrap();
    let mut other = SqliteConnection::connect(scratch.url()).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();
    let started = Instant::now();
    let work = db.begin().await.unwrap();
    let error = increment(&work, 1).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(2));
    assert!(
        error
            .to_string()
            .ends_with("SQLite's lock, which another process holds"),
        "{error}"
    );
    assert_eq!(kind_of(&error), Kind::Unavailable);
    sqlx::query("COMMIT").execute(&mut other).await.unwrap();
    increment(&work, 1).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 1);
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_asks_for_a_turn_and_goes_away_blocks_nobody(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let open = db.begin().await.unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let db = db.clone();
        tasks.spawn(async move { db.begin().await });
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    tasks.abort_all();
    drop(open);
    increments(std::slice::from_ref(&db), 8).await;
    assert_eq!(number(&db.reader(), N).await.unwrap(), 8);
}

/// Two writers that lock two rows in opposite order: one of them is refused and must come again.
#[on_both_engines]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deadlock_is_repeated_until_it_succeeds(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    work.execute_unprepared("INSERT INTO counters VALUES (2, 0)")
        .await
        .unwrap();
    work.commit().await.unwrap();
    let mut tasks = JoinSet::new();
    for order in [[1, 2], [2, 1], [1, 2], [2, 1]] {
        let db = db.clone();
        tasks.spawn(async move {
            db.write(|work| async move {
                for id in order {
                    increment(&work, id).await?;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Ok::<_, WriteError>(())
            })
            .await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    assert_eq!(
        number(&db.reader(), "SELECT CAST(sum(n) AS bigint) FROM counters")
            .await
            .unwrap(),
        8
    );
}

#[on_both_engines]
async fn an_error_that_is_not_about_timing_is_not_repeated(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let tries = std::sync::atomic::AtomicU32::new(0);
    let failed = db
        .write(|work| {
            tries.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            async move {
                work.execute_unprepared("INSERT INTO counters VALUES (1, 0)")
                    .await?;
                Ok::<_, WriteError>(())
            }
        })
        .await;
    assert!(matches!(failed, Err(WriteError::Statement(_))));
    assert_eq!(tries.into_inner(), 1);
}

#[derive(Debug)]
pub(super) enum WriteError {
    Statement(DbErr),
    Database(DbError),
}

impl From<DbErr> for WriteError {
    fn from(error: DbErr) -> Self {
        Self::Statement(error)
    }
}

impl From<DbError> for WriteError {
    fn from(error: DbError) -> Self {
        Self::Database(error)
    }
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cannot write")
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Statement(error) => Some(error),
            Self::Database(error) => Some(error),
        }
    }
}

#[on_both_engines]
async fn closing_waits_for_the_open_unit_and_refuses_the_next(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    increment(&work, 1).await.unwrap();
    let closing = tokio::spawn(db.clone().close());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!closing.is_finished());
    let inner = work.begin().await.unwrap();
    drop(inner);
    work.commit().await.unwrap();
    closing.await.unwrap().unwrap();
    assert!(matches!(db.begin().await, Err(DbError::Closed)));
    let again = opened(&scratch).await;
    assert_eq!(number(&again.reader(), N).await.unwrap(), 1);
}
