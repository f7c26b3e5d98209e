//! The statements that made a schema, which SQLite keeps as they were written.

use sea_orm::ConnectionTrait;

use super::catalog::{self, StatementRow};
use crate::inspect::{error::InspectError, rows::rows};
use groundwork_schema::model::Schema;

/// The statements of what the schema holds: tables first, then what belongs to them.
pub(crate) async fn statements(
    connection: &impl ConnectionTrait,
    schema: &Schema,
) -> Result<Vec<String>, InspectError> {
    let objects: Vec<StatementRow> = rows(connection, "the objects", catalog::STATEMENTS).await?;
    let supported = objects
        .into_iter()
        .filter(|object| match object.kind.as_str() {
            "view" => schema.views.contains_key(&object.name),
            "table" if schema.virtual_tables.contains_key(&object.name) => true,
            _ => schema.tables.contains_key(&object.table),
        });
    Ok(supported.map(|object| object.sql).collect())
}
