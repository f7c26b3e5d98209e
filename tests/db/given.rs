//! What the tests of the database start from.

use acceptance::Scratch;
use groundwork_core::db::{Database, UnitOfWork};
use groundwork_naming::Convention;
pub(crate) use groundwork_test::database_config as config;
use sea_orm::{ConnectionTrait, DbErr, Statement};

pub(crate) const CONVENTION: Convention = migration::CONVENTION;

/// The database of a scratch, without any table.
pub(crate) async fn opened(scratch: &Scratch) -> Database {
    Database::open(&config(scratch.url()), CONVENTION)
        .await
        .unwrap()
}

/// The same with a table of counters, one of which is 1.
pub(crate) async fn counters(scratch: &Scratch) -> Database {
    let db = opened(scratch).await;
    let work = db.begin().await.unwrap();
    for sql in [
        "CREATE TABLE counters (id bigint CONSTRAINT pk_counters PRIMARY KEY, n bigint NOT NULL)",
        "INSERT INTO counters VALUES (1, 0)",
    ] {
        work.execute_unprepared(sql).await.unwrap();
    }
    work.commit().await.unwrap();
    db
}

/// Adds one to a counter, having read it first.
pub(crate) async fn increment(work: &UnitOfWork, id: i64) -> Result<(), DbErr> {
    let lock = match work.engine() {
        groundwork_core::db::Engine::Sqlite => "",
        groundwork_core::db::Engine::Postgres => " FOR UPDATE",
    };
    let n = number(
        work,
        &format!("SELECT n FROM counters WHERE id = {id}{lock}"),
    )
    .await?;
    let sql = format!("UPDATE counters SET n = {} WHERE id = {id}", n + 1);
    work.execute_unprepared(&sql).await.map(drop)
}

/// The one number that a query yields.
pub(crate) async fn number(on: &impl ConnectionTrait, sql: &str) -> Result<i64, DbErr> {
    let statement = Statement::from_string(on.get_database_backend(), sql);
    let row = on.query_one_raw(statement).await?;
    row.expect("a row").try_get_by_index(0)
}
