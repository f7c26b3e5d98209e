//! Units that share a commit: each fails alone, and each learns the outcome of its own.

use std::{sync::Arc, time::Duration};

use acceptance::{Engine, Scratch, on_both_engines};
use futures_util::TryStreamExt;
use groundwork_core::{
    db::{Database, DbError, UnitOfWork},
    error::{DomainError, Kind},
};
use sea_orm::{ConnectionTrait, DbBackend, Statement, StreamTrait, TransactionTrait};
use sqlx::{Connection as _, SqliteConnection};
use tokio::{
    sync::{Barrier, oneshot},
    task::{JoinHandle, JoinSet},
    time::timeout,
};

use super::given::{CONVENTION, config, counters, increment, number};

const N: &str = "SELECT n FROM counters WHERE id = 1";
const ADD: &str = "UPDATE counters SET n = n + 1 WHERE id = 1";

/// A unit that has written, waits for the commit of its group, and returns its outcome.
fn waits_for_its_commit(db: &Database) -> JoinHandle<Result<(), DbError>> {
    let db = db.clone();
    tokio::spawn(async move {
        let work = db.begin().await?;
        work.execute_unprepared(ADD).await.unwrap();
        work.commit().await
    })
}

/// A unit that waits for its commit, and the one after it, which is open.
struct Pair {
    waiting: JoinHandle<Result<(), DbError>>,
    last: UnitOfWork,
}

async fn pair(db: &Database) -> Pair {
    let first = db.begin().await.unwrap();
    let waiting = waits_for_its_commit(db);
    tokio::task::yield_now().await;
    let db = db.clone();
    let last = tokio::spawn(async move { db.begin().await });
    tokio::task::yield_now().await;
    drop(first);
    let last = last.await.unwrap().unwrap();
    Pair { waiting, last }
}

/// A pair that shares its commit. On a busy machine the first may be old enough to be committed
/// alone: then another pair is tried, and the counter starts anew.
async fn a_group_of_two(db: &Database) -> Pair {
    loop {
        let pair = pair(db).await;
        if !pair.waiting.is_finished() {
            return pair;
        }
        pair.waiting.await.unwrap().unwrap();
        pair.last
            .execute_unprepared("UPDATE counters SET n = n - 1 WHERE id = 1")
            .await
            .unwrap();
        pair.last.commit().await.unwrap();
    }
}

#[tokio::test]
async fn commit_returns_only_when_the_shared_commit_is_on_disk() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = counters(&scratch).await;
    let Pair { waiting, last } = a_group_of_two(&db).await;
    last.execute_unprepared(ADD).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!waiting.is_finished());
    assert_eq!(number(&db.reader(), N).await.unwrap(), 0);
    last.commit().await.unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 2);
}

#[tokio::test]
async fn a_unit_that_is_taken_back_takes_nobody_along_and_returns_at_once() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = counters(&scratch).await;
    for drops in [false, true] {
        let before = number(&db.reader(), N).await.unwrap();
        let Pair { waiting, last } = a_group_of_two(&db).await;
        last.execute_unprepared(ADD).await.unwrap();
        if drops {
            drop(last);
        } else {
            last.rollback().await.unwrap();
        }
        waiting.await.unwrap().unwrap();
        assert_eq!(number(&db.reader(), N).await.unwrap(), before + 1);
    }
}

/// One in four fails, one in four is dropped, and one in four drops its future in a statement.
#[on_both_engines]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_units_exactly_those_that_were_acknowledged_are_stored(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    work.execute_unprepared("CREATE TABLE marks (id bigint PRIMARY KEY, half bigint NOT NULL)")
        .await
        .unwrap();
    work.commit().await.unwrap();
    let mut tasks = JoinSet::new();
    for id in 0..400_i64 {
        let db = db.clone();
        tasks.spawn(async move {
            let work = db.begin().await.unwrap();
            let insert = format!("INSERT INTO marks VALUES ({id}, 1)");
            work.execute_unprepared(&insert).await.unwrap();
            match id % 4 {
                0 => {
                    work.execute_unprepared(&insert).await.unwrap_err();
                    work.rollback().await.unwrap();
                    None
                }
                1 => None,
                2 => {
                    let update = format!("UPDATE marks SET half = 2 WHERE id = {id}");
                    let cut = work.execute_unprepared(&update);
                    let _ = timeout(Duration::from_micros(u64::try_from(id).unwrap()), cut).await;
                    None
                }
                _ => {
                    let savepoint = work.begin().await.unwrap();
                    let update = format!("UPDATE marks SET half = 2 WHERE id = {id}");
                    savepoint.execute_unprepared(&update).await.unwrap();
                    savepoint.commit().await.unwrap();
                    work.commit().await.unwrap();
                    Some(id)
                }
            }
        });
    }
    let mut acknowledged = 0;
    while let Some(done) = tasks.join_next().await {
        acknowledged += i64::from(done.unwrap().is_some());
    }
    assert_eq!(acknowledged, 100);
    let whole = "SELECT count(*) FROM marks WHERE id % 4 = 3 AND half = 2";
    assert_eq!(number(&db.reader(), whole).await.unwrap(), 100);
    let all = "SELECT count(*) FROM marks";
    assert_eq!(number(&db.reader(), all).await.unwrap(), 100);
}

/// Only the rows of the statement itself are counted, whatever text is in front of it.
#[tokio::test]
async fn the_first_statement_of_a_unit_counts_the_rows_that_it_changed() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = counters(&scratch).await;
    let Pair { waiting, last } = a_group_of_two(&db).await;
    let done = last
        .execute_unprepared("INSERT INTO counters VALUES (7, 0), (8, 0), (9, 0)")
        .await
        .unwrap();
    assert_eq!((done.rows_affected(), done.last_insert_id()), (3, 4));
    drop(last);
    waiting.await.unwrap().unwrap();
    let work = db.begin().await.unwrap();
    let done = work
        .execute_unprepared("UPDATE counters SET n = 0")
        .await
        .unwrap();
    assert_eq!(done.rows_affected(), 1);
    let done = work
        .execute_unprepared("DELETE FROM counters WHERE id = 99")
        .await;
    assert_eq!(done.unwrap().rows_affected(), 0);
    work.commit().await.unwrap();
}

#[tokio::test]
async fn an_error_that_rolls_everything_back_reaches_all_units_and_the_writer_goes_on() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = counters(&scratch).await;
    let Pair { waiting, last } = a_group_of_two(&db).await;
    last.execute_unprepared("INSERT OR ROLLBACK INTO counters VALUES (1, 5)")
        .await
        .unwrap_err();
    let error = waiting.await.unwrap().unwrap_err();
    assert!(matches!(error, DbError::TakenAlong), "{error:?}");
    assert_eq!(error.kind(), Kind::Unavailable);
    let refused = last.commit().await.unwrap_err();
    assert!(matches!(refused, DbError::Ended { .. }), "{refused:?}");
    assert_eq!(number(&db.reader(), N).await.unwrap(), 0);
    waits_for_its_commit(&db).await.unwrap().unwrap();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 1);
}

/// A text of several statements can hide a `COMMIT`. The units that wait cannot know whether it
/// stored them.
#[tokio::test]
async fn a_commit_of_somebodys_own_is_never_an_acknowledgement() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = counters(&scratch).await;
    let Pair { waiting, last } = a_group_of_two(&db).await;
    let error = last
        .execute_unprepared("UPDATE counters SET n = 9 WHERE id = 1; COMMIT")
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("ended the transaction"),
        "{error}"
    );
    let error = waiting.await.unwrap().unwrap_err();
    assert!(matches!(error, DbError::OutcomeUnknown { .. }), "{error:?}");
    let after = last.execute_unprepared(ADD).await.unwrap_err();
    assert!(
        after.to_string().contains("ended the transaction"),
        "{after}"
    );
    assert!(last.commit().await.is_err());
    waits_for_its_commit(&db).await.unwrap().unwrap();
}

async fn with_deferred_keys(scratch: &Scratch) -> Database {
    let db = counters(scratch).await;
    let work = db.begin().await.unwrap();
    work.execute_unprepared(
        "CREATE TABLE notes (id bigint PRIMARY KEY, counter_id bigint \
         CONSTRAINT fk_notes_counter_id_counters REFERENCES counters (id) \
         DEFERRABLE INITIALLY DEFERRED)",
    )
    .await
    .unwrap();
    work.commit().await.unwrap();
    db
}

#[tokio::test]
async fn a_deferred_foreign_key_that_is_not_satisfied_fails_its_unit_alone() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = with_deferred_keys(&scratch).await;
    let orphan = "INSERT INTO notes VALUES (1, 77)";
    for round in 1..=2 {
        let Pair { waiting, last } = pair(&db).await;
        last.execute_unprepared(orphan).await.unwrap();
        let refused = last.commit().await.unwrap_err();
        let constraint = &refused.violation().unwrap().constraint;
        assert_eq!(constraint, "fk_notes_counter_id_counters");
        waiting.await.unwrap().unwrap();
        assert_eq!(number(&db.reader(), N).await.unwrap(), round);
    }
    let alone = db.begin().await.unwrap();
    alone.execute_unprepared(orphan).await.unwrap();
    assert!(alone.commit().await.unwrap_err().violation().is_some());
    let count = "SELECT count(*) FROM notes";
    assert_eq!(number(&db.reader(), count).await.unwrap(), 0);
}

/// The schema may also be changed by another process.
#[tokio::test]
async fn a_deferred_foreign_key_that_another_process_has_made_is_noticed() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = counters(&scratch).await;
    waits_for_its_commit(&db).await.unwrap().unwrap();
    let mut other = SqliteConnection::connect(scratch.url()).await.unwrap();
    sqlx::query(
        "CREATE TABLE notes (id bigint PRIMARY KEY, counter_id bigint \
         REFERENCES counters (id) DEFERRABLE INITIALLY DEFERRED)",
    )
    .execute(&mut other)
    .await
    .unwrap();
    // A tenth of a second later.
    tokio::time::sleep(Duration::from_millis(150)).await;
    let Pair { waiting, last } = pair(&db).await;
    last.execute_unprepared("INSERT INTO notes VALUES (1, 77)")
        .await
        .unwrap();
    assert!(last.commit().await.unwrap_err().violation().is_some());
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_deferral_ends_with_the_unit_that_asked_for_it() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    work.execute_unprepared(
        "CREATE TABLE notes (id bigint PRIMARY KEY, counter_id bigint REFERENCES counters (id))",
    )
    .await
    .unwrap();
    work.commit().await.unwrap();
    for keeps in [true, false] {
        let Pair { waiting, last } = a_group_of_two(&db).await;
        last.execute_unprepared("PRAGMA defer_foreign_keys = ON")
            .await
            .unwrap();
        let orphan = "INSERT INTO notes VALUES (1, 77)";
        last.execute_unprepared(orphan).await.unwrap();
        if keeps {
            assert!(last.commit().await.unwrap_err().violation().is_some());
        } else {
            drop(last);
        }
        waiting.await.unwrap().unwrap();
        let next = db.begin().await.unwrap();
        next.execute_unprepared(orphan).await.unwrap_err();
    }
}

/// A database whose units may last no longer than this.
async fn impatient(scratch: &Scratch, limit: Duration) -> Database {
    counters(scratch).await.close().await.unwrap();
    let mut config = config(scratch.url());
    config.unit_of_work_timeout = limit;
    Database::open(&config, CONVENTION).await.unwrap()
}

#[tokio::test]
async fn a_unit_that_sleeps_too_long_is_rolled_back_and_the_others_go_on() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = impatient(&scratch, Duration::from_millis(200)).await;
    let Pair {
        waiting,
        last: sleeper,
    } = a_group_of_two(&db).await;
    sleeper.execute_unprepared(ADD).await.unwrap();
    waits_for_its_commit(&db).await.unwrap().unwrap();
    waiting.await.unwrap().unwrap();
    let error = sleeper.execute_unprepared(ADD).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("database.unit_of_work_timeout_ms"),
        "{error}"
    );
    let error = sleeper.commit().await.unwrap_err();
    assert!(matches!(error, DbError::Ended { .. }), "{error:?}");
    assert!(
        error.to_string().contains("never begin a second unit"),
        "{error}"
    );
    assert_eq!(number(&db.reader(), N).await.unwrap(), 2);
}

#[tokio::test]
async fn a_second_unit_in_the_same_task_waits_no_longer_than_the_limit_of_the_first() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = impatient(&scratch, Duration::from_millis(100)).await;
    let first = db.begin().await.unwrap();
    first.execute_unprepared(ADD).await.unwrap();
    let second = db.begin().await.unwrap();
    second.execute_unprepared(ADD).await.unwrap();
    second.commit().await.unwrap();
    first.commit().await.unwrap_err();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 1);
}

const ENDLESS: &str = "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i) \
                       SELECT count(*) FROM i";

#[tokio::test]
async fn a_statement_without_end_is_cut_off() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = impatient(&scratch, Duration::from_millis(150)).await;
    for sql in [
        ENDLESS.to_owned(),
        format!("UPDATE counters SET n = ({ENDLESS})"),
    ] {
        let work = db.begin().await.unwrap();
        work.execute_unprepared(&sql).await.unwrap_err();
        work.commit().await.unwrap_err();
        waits_for_its_commit(&db).await.unwrap().unwrap();
    }
    assert_eq!(number(&db.reader(), N).await.unwrap(), 2);
}

const MANY: &str = "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 400000) \
                    SELECT n FROM i";

/// A future that has been polled once and is kept without being polled again.
#[tokio::test]
async fn a_statement_or_a_stream_that_nobody_polls_blocks_nobody() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = impatient(&scratch, Duration::from_millis(150)).await;
    let work = db.begin().await.unwrap();
    let slow = format!("UPDATE counters SET n = (SELECT count(*) FROM ({}))", MANY);
    let mut forgotten = std::pin::pin!(work.execute_unprepared(&slow));
    assert!(futures_util::poll!(forgotten.as_mut()).is_pending());
    waits_for_its_commit(&db).await.unwrap().unwrap();
    forgotten.await.unwrap_err();

    let work = db.begin().await.unwrap();
    let statement = Statement::from_string(DbBackend::Sqlite, MANY);
    let mut stream = work.stream_raw(statement).await.unwrap();
    stream.try_next().await.unwrap().unwrap();
    waits_for_its_commit(&db).await.unwrap().unwrap();
    drop(stream);
    assert_eq!(number(&db.reader(), N).await.unwrap(), 2);
}

/// The callers of a whole group go away at once, in the middle of whatever they do.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_that_go_away_in_the_middle_of_anything_leave_the_writer_sound() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = counters(&scratch).await;
    for round in 0..60_u64 {
        let mut tasks = JoinSet::new();
        let all_there = Arc::new(Barrier::new(9));
        for _ in 0..8 {
            let (db, all_there) = (db.clone(), Arc::clone(&all_there));
            tasks.spawn(async move {
                all_there.wait().await;
                loop {
                    let work = db.begin().await.unwrap();
                    increment(&work, 1).await.unwrap();
                    work.commit().await.unwrap();
                }
            });
        }
        all_there.wait().await;
        tokio::time::sleep(Duration::from_micros(137 * round)).await;
        tasks.abort_all();
        while tasks.join_next().await.is_some() {}
        let before = number(&db.reader(), N).await.unwrap();
        waits_for_its_commit(&db).await.unwrap().unwrap();
        let after = number(&db.reader(), N).await.unwrap();
        assert!(after > before, "{after} after {before}");
    }
}

/// A caller that has asked for the commit and goes away before the answer is committed all the
/// same.
#[tokio::test]
async fn a_commit_whose_caller_goes_away_is_finished_for_the_others() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = counters(&scratch).await;
    for _ in 0..20 {
        let Pair { waiting, last } = a_group_of_two(&db).await;
        last.execute_unprepared(ADD).await.unwrap();
        let (asked, heard) = oneshot::channel();
        let goes = tokio::spawn(async move {
            let mut commit = std::pin::pin!(last.commit());
            let _ = futures_util::poll!(commit.as_mut());
            asked.send(()).unwrap();
        });
        heard.await.unwrap();
        goes.await.unwrap();
        waiting.await.unwrap().unwrap();
    }
    waits_for_its_commit(&db).await.unwrap().unwrap();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 41);
}
