//! Whether a pooler such as PgBouncer hands the sessions of PostgreSQL from client to client.
//!
//! No pooler says so by itself. But two connections that are open at the same time have the same
//! server process behind them only where it is handed on, and so does one whose process changes.

use sea_orm::{
    DatabaseConnection,
    sqlx::{self, Connection as _, Executor as _, PgConnection, Row as _},
};

use super::RunError;

/// A pool that takes its sessions in turn shows another one within so many questions.
const QUESTIONS: usize = 4;

const PROCESS: &str = "SELECT pg_backend_pid()";

/// Whether the next statement on this connection may find another session: what is set, locked or
/// prepared for a session is then somebody else's.
pub(super) async fn shares_sessions(connection: &DatabaseConnection) -> Result<bool, RunError> {
    asked(connection)
        .await
        .map_err(|error| sea_orm::DbErr::Query(sea_orm::RuntimeErr::SqlxError(error.into())))
        .map_err(RunError::database("asking whether the session is kept"))
}

async fn asked(connection: &DatabaseConnection) -> Result<bool, sqlx::Error> {
    let pool = connection.get_postgres_connection_pool();
    let mut own = pool.acquire().await?;
    let first = process(&mut own).await?;
    let mut other = PgConnection::connect_with(&pool.connect_options()).await?;
    other.execute(sqlx::raw_sql("BEGIN")).await?;
    let mut is_shared = process(&mut other).await? == first;
    for _ in 0..QUESTIONS {
        is_shared = is_shared || process(&mut own).await? != first;
    }
    other.execute(sqlx::raw_sql("ROLLBACK")).await?;
    for _ in 0..QUESTIONS {
        is_shared = is_shared || process(&mut own).await? != first;
    }
    other.close().await?;
    Ok(is_shared)
}

/// The server's process behind a connection. Nothing is prepared for it.
async fn process(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    let row = connection.fetch_one(sqlx::raw_sql(PROCESS)).await?;
    row.try_get(0)
}
