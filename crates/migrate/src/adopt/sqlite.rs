//! SQLite keeps the statements themselves.

use sea_orm::{DatabaseConnection, FromQueryResult, Statement};

use crate::inspect::InspectError;
use groundwork_schema::model::Schema;

const OBJECTS: &str = "\
    SELECT type AS kind, name, tbl_name AS \"table\", sql FROM sqlite_master \
    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
    ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'index' THEN 2 WHEN 'view' THEN 3 ELSE 4 END, rowid";

#[derive(FromQueryResult)]
struct ObjectRow {
    kind: String,
    name: String,
    table: String,
    sql: String,
}

/// Tables first, then what belongs to them.
pub(super) async fn statements(
    connection: &DatabaseConnection,
    schema: &Schema,
) -> Result<Vec<String>, InspectError> {
    let statement = Statement::from_string(connection.get_database_backend(), OBJECTS);
    let objects = ObjectRow::find_by_statement(statement)
        .all(connection)
        .await
        .map_err(|source| InspectError::Catalog {
            what: "the objects",
            source,
        })?;
    let supported = objects
        .into_iter()
        .filter(|object| match object.kind.as_str() {
            "view" => schema.views.contains_key(&object.name),
            "table" if schema.virtual_tables.contains_key(&object.name) => true,
            _ => schema.tables.contains_key(&object.table),
        });
    Ok(supported.map(|object| object.sql).collect())
}
