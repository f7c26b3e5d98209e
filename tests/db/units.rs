//! Units of work: all or nothing, and seen by nobody before.

use acceptance::{Engine, Scratch, on_both_engines};
use groundwork_core::db::DbError;
use sea_orm::{ConnectionTrait, TransactionTrait};

use super::given::{counters, increment, number};

const N: &str = "SELECT n FROM counters WHERE id = 1";

#[on_both_engines]
async fn a_commit_is_seen_by_readers_at_once_and_nothing_before_it(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    increment(&work, 1).await.unwrap();
    assert_eq!(number(&work, N).await.unwrap(), 1);
    assert_eq!(number(&db.reader(), N).await.unwrap(), 0);
    work.commit().await.unwrap();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 1);
    db.close().await.unwrap();
}

#[on_both_engines]
async fn a_dropped_unit_leaves_nothing(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    for _ in 0..20 {
        let work = db.begin().await.unwrap();
        increment(&work, 1).await.unwrap();
        drop(work);
    }
    let work = db.begin().await.unwrap();
    assert_eq!(number(&work, N).await.unwrap(), 0);
    work.rollback().await.unwrap();
}

#[on_both_engines]
async fn savepoints_are_kept_taken_back_or_dropped_each_on_its_own(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    let add = "UPDATE counters SET n = n + 1";
    let kept = work.begin().await.unwrap();
    kept.execute_unprepared(add).await.unwrap();
    let inner = kept.begin().await.unwrap();
    inner
        .execute_unprepared("UPDATE counters SET n = n + 10")
        .await
        .unwrap();
    inner.rollback().await.unwrap();
    kept.commit().await.unwrap();
    let dropped = work.begin().await.unwrap();
    dropped
        .execute_unprepared("UPDATE counters SET n = n + 100")
        .await
        .unwrap();
    drop(dropped);
    assert_eq!(number(&work, N).await.unwrap(), 1);
    let last = work.begin().await.unwrap();
    last.execute_unprepared(add).await.unwrap();
    last.commit().await.unwrap();
    let dropped = work.begin().await.unwrap();
    dropped
        .execute_unprepared("UPDATE counters SET n = n + 100")
        .await
        .unwrap();
    drop(dropped);
    work.commit().await.unwrap();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 2);
}

#[on_both_engines]
async fn savepoints_end_from_the_inside_or_nothing_is_stored(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    let outer = work.begin().await.unwrap();
    let inner = outer.begin().await.unwrap();
    increment_in(&inner).await.unwrap();
    outer.commit().await.unwrap_err();
    let gone = increment_in(&inner).await.unwrap_err();
    assert!(
        gone.to_string().contains("went with the one around it"),
        "{gone}"
    );
    inner.commit().await.unwrap_err();
    assert_eq!(number(&work, N).await.unwrap(), 0);
    let open = work.begin().await.unwrap();
    increment_in(&open).await.unwrap();
    let refused = work.commit().await.unwrap_err();
    assert!(refused.to_string().contains("still in use"), "{refused}");
    increment_in(&open).await.unwrap_err();
    open.commit().await.unwrap_err();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 0);
    db.begin().await.unwrap().commit().await.unwrap();
}

async fn increment_in(on: &impl ConnectionTrait) -> Result<(), sea_orm::DbErr> {
    let added = on.execute_unprepared("UPDATE counters SET n = n + 1").await;
    added.map(drop)
}

#[on_both_engines]
async fn a_unit_that_goes_before_its_savepoint_takes_it_along(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    let savepoint = work.begin().await.unwrap();
    increment_in(&savepoint).await.unwrap();
    drop(work);
    savepoint.commit().await.unwrap_err();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 0);
    let next = db.begin().await.unwrap();
    increment_in(&next).await.unwrap();
    next.commit().await.unwrap();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 1);
}

const SLOW: &str = "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 1000000) \
                    UPDATE counters SET n = (SELECT max(n) FROM i)";

#[on_both_engines]
async fn a_unit_dropped_in_the_middle_of_a_statement_leaves_nothing(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    for _ in 0..3 {
        let abandoned = async {
            let work = db.begin().await.unwrap();
            increment_in(&work).await.unwrap();
            work.execute_unprepared(SLOW).await.unwrap();
            work.commit().await.unwrap();
        };
        let within = std::time::Duration::from_millis(60);
        assert!(tokio::time::timeout(within, abandoned).await.is_err());
    }
    let work = db.begin().await.unwrap();
    assert_eq!(number(&work, N).await.unwrap(), 0);
    increment_in(&work).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 1);
}

#[on_both_engines]
async fn a_unit_goes_on_after_a_statement_was_abandoned(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    let savepoint = work.begin().await.unwrap();
    let within = std::time::Duration::from_millis(60);
    let slow = savepoint.execute_unprepared(SLOW);
    assert!(tokio::time::timeout(within, slow).await.is_err());
    savepoint.rollback().await.unwrap();
    increment_in(&work).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 1);
}

/// SQLite rolls the whole transaction back, and would commit what follows statement by statement.
#[tokio::test]
async fn what_sqlite_rolls_back_by_itself_is_not_stored_in_part() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = counters(&scratch).await;
    for nested in [false, true] {
        let work = db.begin().await.unwrap();
        increment_in(&work).await.unwrap();
        let savepoint = if nested {
            Some(work.begin().await.unwrap())
        } else {
            None
        };
        let fatal = "INSERT OR ROLLBACK INTO counters VALUES (1, 5)";
        let error = match &savepoint {
            Some(savepoint) => savepoint.execute_unprepared(fatal).await.unwrap_err(),
            None => work.execute_unprepared(fatal).await.unwrap_err(),
        };
        assert_eq!(work.violation(&error).unwrap().constraint, "pk_counters");
        let after = increment_in(&work).await.unwrap_err();
        assert!(
            after.to_string().contains("roll the whole unit back"),
            "{after}"
        );
        drop(savepoint);
        let refused = work.commit().await.unwrap_err();
        assert!(matches!(refused, DbError::Ended { .. }), "{refused:?}");
        assert_eq!(number(&db.reader(), N).await.unwrap(), 0);
    }
    let next = db.begin().await.unwrap();
    increment_in(&next).await.unwrap();
    drop(next);
    let next = db.begin().await.unwrap();
    assert_eq!(number(&next, N).await.unwrap(), 0);
    increment_in(&next).await.unwrap();
    next.commit().await.unwrap();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 1);
}

/// PostgreSQL answers such a commit with a silent rollback.
#[tokio::test]
async fn a_commit_after_a_failed_statement_never_claims_to_have_stored_it() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    increment_in(&work).await.unwrap();
    work.execute_unprepared("SELECT * FROM nowhere")
        .await
        .unwrap_err();
    let refused = work.commit().await.unwrap_err();
    assert!(matches!(refused, DbError::Ended { .. }), "{refused:?}");
    assert_eq!(number(&db.reader(), N).await.unwrap(), 0);
}

#[on_both_engines]
async fn a_statement_cannot_end_the_unit_behind_its_back(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    increment_in(&work).await.unwrap();
    for sql in ["COMMIT", "ROLLBACK", "BEGIN", "END"] {
        work.execute_unprepared(sql).await.unwrap_err();
    }
    drop(work);
    assert_eq!(number(&db.reader(), N).await.unwrap(), 0);
}

#[on_both_engines]
async fn thousands_of_savepoints_taken_back_do_not_slow_a_unit_down(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    // The median of each round: a busy machine delays single steps, not half of them.
    let mut medians = Vec::new();
    for _ in 0..6 {
        let mut steps = Vec::new();
        for i in 0..300 {
            let started = std::time::Instant::now();
            let savepoint = work.begin().await.unwrap();
            increment_in(&savepoint).await.unwrap();
            if i % 2 == 0 {
                savepoint.rollback().await.unwrap();
            }
            steps.push(started.elapsed());
        }
        steps.sort();
        medians.push(steps[150]);
    }
    assert!(medians[5] < medians[0] * 6, "{medians:?}");
    assert_eq!(number(&work, N).await.unwrap(), 0);
}

/// What is temporary on SQLite lives as long as its connection.
#[tokio::test]
async fn the_writer_stays_the_same_connection_as_long_as_it_is_sound() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    work.execute_unprepared("CREATE TEMPORARY TABLE here (n)")
        .await
        .unwrap();
    work.commit().await.unwrap();
    for _ in 0..10 {
        let dropped = db.begin().await.unwrap();
        increment_in(&dropped).await.unwrap();
        drop(dropped);
        let work = db.begin().await.unwrap();
        work.execute_unprepared("INSERT INTO here VALUES (1)")
            .await
            .unwrap();
        work.commit().await.unwrap();
    }
}
