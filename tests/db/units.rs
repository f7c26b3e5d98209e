//! Units of work: all or nothing, and seen by nobody before.

use acceptance::{Engine, Scratch};
use rstest::rstest;
use sea_orm::{ConnectionTrait, TransactionSession, TransactionTrait};

use super::given::{counters, increment, number};

const N: &str = "SELECT n FROM counters WHERE id = 1";

#[rstest]
#[tokio::test]
async fn a_commit_is_seen_by_readers_at_once_and_nothing_before_it(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
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

#[rstest]
#[tokio::test]
async fn a_dropped_unit_leaves_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
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

#[rstest]
#[tokio::test]
async fn savepoints_are_kept_taken_back_or_dropped_each_on_its_own(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
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
