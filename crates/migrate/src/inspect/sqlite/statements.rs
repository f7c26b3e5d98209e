//! The statements that made a database, which SQLite keeps as they were written.

use sea_orm::ConnectionTrait;

use super::catalog;
pub(crate) use super::catalog::StatementRow as SqliteStatement;
use crate::inspect::{error::InspectError, rows::rows};
use groundwork_schema::run::HISTORY_TABLE;

/// The statements of everything but the history: tables first, then what belongs to them. What a
/// virtual table keeps its content in is made with it.
pub(crate) async fn statements(
    connection: &impl ConnectionTrait,
) -> Result<Vec<SqliteStatement>, InspectError> {
    let mut objects: Vec<SqliteStatement> =
        rows(connection, "the objects", catalog::STATEMENTS).await?;
    objects.retain(|object| !object.table.eq_ignore_ascii_case(HISTORY_TABLE));
    Ok(objects)
}
