//! A database of which nothing remains: its units are savepoints of one that is never committed.

use acceptance::{Engine, Scratch, on_both_engines};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};

use super::given::{counters, increment, number};

const N: &str = "SELECT n FROM counters WHERE id = 1";
const COUNT: &str = "SELECT count(*) FROM counters";

#[on_both_engines]
async fn what_it_stored_is_seen_within_it_only_and_is_gone_afterwards(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let rolled_back = db.begin_rolled_back().await.unwrap();
    let work = rolled_back.begin().await.unwrap();
    increment(&work, 1).await.unwrap();
    work.commit().await.unwrap();
    rolled_back
        .execute_unprepared("UPDATE counters SET n = n + 1")
        .await
        .unwrap();
    assert_eq!(number(&rolled_back.reader(), N).await.unwrap(), 2);
    assert_eq!(number(&rolled_back.reader(), N).await.unwrap(), 2);
    assert_eq!(number(&db.reader(), N).await.unwrap(), 0);
    drop(rolled_back);
    increment_committed(&db).await;
    assert_eq!(number(&db.reader(), N).await.unwrap(), 1);
}

async fn increment_committed(db: &groundwork_core::db::Database) {
    let work = db.begin().await.unwrap();
    increment(&work, 1).await.unwrap();
    work.commit().await.unwrap();
}

#[on_both_engines]
async fn a_unit_that_is_dropped_or_refused_takes_nothing_else_along(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let rolled_back = db.begin_rolled_back().await.unwrap();
    increment_committed(&rolled_back).await;
    let dropped = rolled_back.begin().await.unwrap();
    increment(&dropped, 1).await.unwrap();
    drop(dropped);
    let refused = rolled_back.begin().await.unwrap();
    let twice = refused.execute_unprepared("INSERT INTO counters VALUES (1, 7)");
    let error = twice.await.unwrap_err();
    let violation = refused.violation(&error).expect("a violation");
    assert_eq!(violation.constraint, "pk_counters");
    drop(refused);
    assert_eq!(number(&rolled_back.reader(), N).await.unwrap(), 1);
}

#[on_both_engines]
async fn its_units_take_turns_and_a_snapshot_is_one_of_them(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let rolled_back = db.begin_rolled_back().await.unwrap();
    let all = (0..8).map(|_| increment_committed(&rolled_back));
    futures_util::future::join_all(all).await;
    let snapshot = rolled_back.reader().snapshot().await.unwrap();
    assert_eq!(number(&snapshot, N).await.unwrap(), 8);
    snapshot.commit().await.unwrap();
    let nested = rolled_back.begin().await.unwrap();
    let inner = nested.begin().await.unwrap();
    increment(&inner, 1).await.unwrap();
    inner.rollback().await.unwrap();
    nested.commit().await.unwrap();
    assert_eq!(number(&rolled_back.reader(), N).await.unwrap(), 8);
}

#[on_both_engines]
async fn closed_it_refuses_everything_and_lets_others_write(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let rolled_back = db.begin_rolled_back().await.unwrap();
    let reader = rolled_back.reader();
    rolled_back
        .execute_unprepared("DELETE FROM counters")
        .await
        .unwrap();
    rolled_back.clone().close().await.unwrap();
    assert!(rolled_back.begin().await.is_err());
    assert!(number(&reader, COUNT).await.is_err());
    increment_committed(&db).await;
    assert_eq!(number(&db.reader(), N).await.unwrap(), 1);
}
