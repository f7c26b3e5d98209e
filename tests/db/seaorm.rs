//! SeaORM's own code over the layer: the database, a reader and a unit as what it calls a connection
//! or begins a transaction on.

use std::time::Duration;

use acceptance::{Engine, Scratch, on_both_engines};
use futures_util::TryStreamExt as _;
use groundwork_core::db::{Database, DbError, UnitOfWork};
use sea_orm::{
    AccessMode, ActiveModelTrait, ConnAcquireErr, ConnectionTrait, DbErr, EntityTrait,
    IsolationLevel, PaginatorTrait, Schema, Set, SqlErr, Statement, StreamTrait, TransactionError,
    TransactionOptions, TransactionSession, TransactionTrait,
};

use super::given::{CONVENTION, config, counters, number, opened};

const N: &str = "SELECT n FROM counters WHERE id = 1";
const ADD: &str = "UPDATE counters SET n = n + 1";

#[expect(unreachable_pub, reason = "the macro makes public items of it")]
mod book {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "books")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(unique)]
        pub title: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

async fn books(scratch: &Scratch) -> Database {
    let db = opened(scratch).await;
    let backend = sea_orm::DbBackend::from(db.engine());
    let table = Schema::new(backend).create_table_from_entity(book::Entity);
    db.execute(&table).await.unwrap();
    db
}

fn titled(title: &str) -> book::ActiveModelEx {
    book::ActiveModelEx {
        title: Set(title.to_owned()),
        ..Default::default()
    }
}

#[on_both_engines]
async fn three_saves_at_once_in_one_unit_are_all_stored(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = books(&scratch).await;
    let work = db.begin().await.unwrap();
    let (one, two, three) = tokio::join!(
        titled("one").save(&work),
        titled("two").save(&work),
        titled("three").save(&work),
    );
    for saved in [one, two, three] {
        saved.unwrap();
    }
    work.commit().await.unwrap();
    assert_eq!(book::Entity::find().count(&db.reader()).await.unwrap(), 3);
}

#[on_both_engines]
async fn a_savepoint_that_is_taken_back_takes_none_beside_it_along(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    let add = async |keep: bool| {
        let savepoint = work.begin().await.unwrap();
        savepoint.execute_unprepared(ADD).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        if keep {
            savepoint.commit().await.unwrap();
        } else {
            savepoint.rollback().await.unwrap();
        }
    };
    tokio::join!(add(true), add(false), add(true), add(false), add(true));
    work.commit().await.unwrap();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 3);
}

#[on_both_engines]
async fn a_second_savepoint_of_the_task_that_holds_the_first_waits_in_vain(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let mut config = config(scratch.url());
    config.acquire_timeout = Duration::from_millis(300);
    let db = Database::open(&config, CONVENTION).await.unwrap();
    let work = db.begin().await.unwrap();
    let first = work.begin().await.unwrap();
    let refused = work.begin().await.unwrap_err().to_string();
    assert!(
        refused.contains("savepoint of it is still open"),
        "{refused}"
    );
    first.rollback().await.unwrap();
    work.begin().await.unwrap().commit().await.unwrap();
}

#[on_both_engines]
async fn a_statement_on_the_database_is_a_unit_of_its_own(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = books(&scratch).await;
    let saved = titled("one").save(&db).await.unwrap();
    let found = book::Entity::find().all(&db).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        number(&db.reader(), "SELECT count(*) FROM books")
            .await
            .unwrap(),
        1
    );
    let twice = book::ActiveModel {
        title: Set("one".to_owned()),
        ..Default::default()
    };
    let error = twice.insert(&db).await.unwrap_err();
    assert!(matches!(
        error.sql_err(),
        Some(SqlErr::UniqueConstraintViolation(_))
    ));
    let backend = sea_orm::DbBackend::from(db.engine());
    let insert = "INSERT INTO books (title) VALUES ('two'), ('three') RETURNING id";
    let rows = db.stream_raw(Statement::from_string(backend, insert)).await;
    let rows: Vec<_> = rows.unwrap().try_collect().await.unwrap();
    assert_eq!(rows.len(), 2);
    saved.delete(&db).await.unwrap();
    let left: Vec<_> = book::Entity::find()
        .stream(&db)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(left.len(), 2);
}

#[tokio::test]
async fn a_select_that_changes_something_runs_in_a_unit() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let db = opened(&scratch).await;
    db.execute_unprepared("CREATE SEQUENCE tickets")
        .await
        .unwrap();
    assert_eq!(number(&db, "SELECT nextval('tickets')").await.unwrap(), 1);
    assert_eq!(number(&db, "SELECT nextval('tickets')").await.unwrap(), 2);
}

#[on_both_engines]
async fn a_transaction_of_the_database_is_a_unit_of_work(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let kept = db
        .transaction_async(async |work: &UnitOfWork| {
            work.execute_unprepared(ADD).await?;
            work.transaction_async(async |inner: &UnitOfWork| {
                inner.execute_unprepared(ADD).await.map(drop)
            })
            .await
            .map_err(|error| DbErr::Custom(error.to_string()))?;
            number(work, N).await
        })
        .await;
    assert_eq!(kept.unwrap(), 2);
    let failed: Result<(), TransactionError<DbErr>> = db
        .transaction(|work| {
            Box::pin(async move {
                work.execute_unprepared(ADD).await?;
                Err(DbErr::Custom("no".to_owned()))
            })
        })
        .await;
    assert!(matches!(failed, Err(TransactionError::Transaction(_))));
    assert_eq!(number(&db, N).await.unwrap(), 2);
}

#[on_both_engines]
async fn a_snapshot_sees_one_state_and_changes_nothing(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let snapshot = db.reader().snapshot().await.unwrap();
    assert_eq!(number(&snapshot, N).await.unwrap(), 0);
    db.execute_unprepared(ADD).await.unwrap();
    assert_eq!(number(&snapshot, N).await.unwrap(), 0);
    assert_eq!(number(&db.reader(), N).await.unwrap(), 1);
    let nested = TransactionTrait::begin(&snapshot).await.unwrap();
    let refused = nested
        .execute_unprepared(ADD)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("readonly") || refused.contains("read-only"),
        "{refused}"
    );
    nested.rollback().await.unwrap();
    assert_eq!(number(&snapshot, N).await.unwrap(), 0);
    snapshot.commit().await.unwrap();
    let next = TransactionTrait::begin(&db.reader()).await.unwrap();
    assert_eq!(number(&next, N).await.unwrap(), 1);
    next.rollback().await.unwrap();
    db.close().await.unwrap();
}

#[tokio::test]
async fn snapshots_on_sqlite_give_their_connections_back() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = counters(&scratch).await;
    for round in 0..30 {
        let snapshot = db.reader().snapshot().await.unwrap();
        assert_eq!(number(&snapshot, N).await.unwrap(), round);
        match round % 3 {
            0 => snapshot.commit().await.unwrap(),
            1 => snapshot.rollback().await.unwrap(),
            _ => drop(snapshot),
        }
        db.execute_unprepared(ADD).await.unwrap();
    }
    assert_eq!(number(&db.reader(), N).await.unwrap(), 30);
}

#[tokio::test]
async fn a_snapshot_on_sqlite_ends_after_the_time_of_a_unit() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    counters(&scratch).await.close().await.unwrap();
    let mut config = config(scratch.url());
    config.unit_of_work_timeout = Duration::from_millis(200);
    let db = Database::open(&config, CONVENTION).await.unwrap();
    let snapshot = db.reader().snapshot().await.unwrap();
    assert_eq!(number(&snapshot, N).await.unwrap(), 0);
    tokio::time::sleep(Duration::from_millis(600)).await;
    let ended = number(&snapshot, N).await.unwrap_err().to_string();
    assert!(
        ended.contains("database.unit_of_work_timeout_ms"),
        "{ended}"
    );
    assert!(matches!(
        snapshot.commit().await,
        Err(DbError::Ended { .. })
    ));
}

#[on_both_engines]
async fn a_unit_begins_with_an_isolation_level_and_an_access_mode(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let serializable = TransactionOptions {
        isolation_level: Some(IsolationLevel::Serializable),
        ..Default::default()
    };
    let work = db.begin_with(serializable).await.unwrap();
    if engine == Engine::Postgres {
        let backend = sea_orm::DbBackend::from(db.engine());
        let ask = Statement::from_string(backend, "SHOW transaction_isolation");
        let row = work.query_one_raw(ask).await.unwrap().unwrap();
        let level: String = row.try_get_by_index(0).unwrap();
        assert_eq!(level, "serializable");
    }
    work.execute_unprepared(ADD).await.unwrap();
    work.commit().await.unwrap();
    let read_only = TransactionOptions {
        access_mode: Some(AccessMode::ReadOnly),
        ..Default::default()
    };
    let work = db.begin_with(read_only).await.unwrap();
    assert_eq!(number(&work, N).await.unwrap(), 1);
    work.execute_unprepared(ADD).await.unwrap_err();
    drop(work);
    assert_eq!(number(&db, N).await.unwrap(), 1);
}

#[on_both_engines]
async fn the_usual_signature_of_seaorm_serves_for_units_too(engine: Engine) {
    async fn add(db: &Database, sql: &str) -> Result<i64, DbErr> {
        let work = db.begin().await?;
        work.execute_unprepared(sql).await?;
        work.commit().await?;
        number(db, N).await
    }
    async fn generic<C: TransactionTrait>(db: &C) -> Result<(), DbErr> {
        let transaction = db.begin().await?;
        transaction.execute_unprepared(ADD).await?;
        transaction.commit().await
    }

    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    assert_eq!(add(&db, ADD).await.unwrap(), 1);
    generic(&db).await.unwrap();
    assert_eq!(number(&db, N).await.unwrap(), 2);
    let clone = db.clone();
    db.close().await.unwrap();
    assert_eq!(
        add(&clone, ADD).await.unwrap_err(),
        DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)
    );
}
