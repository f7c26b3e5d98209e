//! How an engine goes about a statement.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// The lines of a statement's plan, as the engine shows them.
///
/// # Errors
/// If the engine cannot explain the statement.
pub async fn plan(
    connection: &impl ConnectionTrait,
    statement: &Statement,
) -> Result<Vec<String>, DbErr> {
    let (prefix, column) = match statement.db_backend {
        DbBackend::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        _ => ("EXPLAIN", "QUERY PLAN"),
    };
    let explain = Statement {
        sql: format!("{prefix} {}", statement.sql),
        ..statement.clone()
    };
    let rows = connection.query_all_raw(explain).await?;
    rows.iter().map(|row| row.try_get("", column)).collect()
}
