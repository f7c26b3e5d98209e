//! How many rows the tables of a live database have.

use std::collections::BTreeMap;

use groundwork_naming::Engine;
use groundwork_schema::sql::{identifier, literal};
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::{InspectError, rows::rows};

/// SQLite takes 500 parts of a compound query.
const PARTS: usize = 200;

#[derive(FromQueryResult)]
struct NameRow {
    name: String,
}

#[derive(FromQueryResult)]
struct CountRow {
    name: String,
    rows: i64,
}

/// The number of rows of each table. Empty on PostgreSQL, where nothing depends on it.
///
/// # Errors
/// [`InspectError`] if the database does not answer.
pub(crate) async fn row_counts(
    connection: &impl ConnectionTrait,
) -> Result<BTreeMap<String, i64>, InspectError> {
    let mut counts = BTreeMap::new();
    if Engine::try_from(connection.get_database_backend())? == Engine::Postgres {
        return Ok(counts);
    }
    let sql = "SELECT name FROM pragma_table_list \
               WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let tables: Vec<NameRow> = rows(connection, "the tables", sql).await?;
    for tables in tables.chunks(PARTS) {
        let parts: Vec<String> = (tables.iter())
            .map(|row| (literal(&row.name), identifier(&row.name)))
            .map(|(name, table)| format!("SELECT {name} AS name, count(*) AS rows FROM {table}"))
            .collect();
        let found: Vec<CountRow> = rows(connection, "the rows", &parts.join(" UNION ALL ")).await?;
        counts.extend(found.into_iter().map(|row| (row.name, row.rows)));
    }
    Ok(counts)
}
