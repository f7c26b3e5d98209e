//! What the tables of a scratch database hold.

use std::collections::BTreeMap;

use groundwork_naming::Engine;
use groundwork_schema::{
    model::Schema,
    sql::{identifier, literal},
};
use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::{error::RowsError, rows::tables};

/// How many columns are read by one query; SQLite takes 500 parts of a compound one.
const PARTS: usize = 200;

/// What a table holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) rows: i64,
    /// For each column, the values that are not NULL as text, in order.
    pub(crate) values: BTreeMap<String, Vec<String>>,
}

/// What every table holds.
pub(crate) async fn content(
    connection: &impl ConnectionTrait,
    schema: &Schema,
) -> Result<BTreeMap<String, Content>, RowsError> {
    let mut all: BTreeMap<String, Content> = BTreeMap::new();
    let mut parts = Vec::new();
    for (name, table) in tables(schema) {
        all.entry(name.to_owned()).or_default();
        for column in (table.columns.iter()).filter(|column| column.generated.is_none()) {
            parts.push(values_of(schema.engine, name, &column.name));
        }
    }
    for parts in parts.chunks(PARTS) {
        let sql = parts.join(" UNION ALL ");
        for (table, column, rows, values) in read(connection, schema.engine, &sql).await? {
            let content = all.entry(table).or_default();
            content.rows = rows;
            content.values.insert(column, values);
        }
    }
    Ok(all)
}

/// Texts are ordered by their bytes, whatever the collation of their column is.
fn values_of(engine: Engine, table: &str, column: &str) -> String {
    let (name, own) = (literal(table), literal(column));
    let (table, column) = (identifier(table), identifier(column));
    match engine {
        Engine::Sqlite => format!(
            "SELECT {name} AS t, {own} AS c, (SELECT count(*) FROM {table}) AS n, \
             (SELECT json_group_array(v) FROM (SELECT CASE typeof({column}) WHEN 'text' \
              THEN {column} ELSE quote({column}) END AS v FROM {table} \
              WHERE {column} IS NOT NULL ORDER BY 1 COLLATE BINARY)) AS v"
        ),
        Engine::Postgres => format!(
            "SELECT {name} AS t, {own} AS c, (SELECT count(*) FROM {table}) AS n, \
             (SELECT coalesce(json_agg(v ORDER BY v COLLATE \"C\")::text, '[]') \
              FROM (SELECT {column}::text COLLATE \"C\" AS v FROM {table} \
              WHERE {column} IS NOT NULL) AS all_of_them) AS v"
        ),
    }
}

type Row = (String, String, i64, Vec<String>);

async fn read(
    connection: &impl ConnectionTrait,
    engine: Engine,
    sql: &str,
) -> Result<Vec<Row>, DbErr> {
    let statement = Statement::from_string(engine.into(), sql);
    let rows = connection.query_all_raw(statement).await?;
    (rows.iter())
        .map(|row| {
            let values: String = row.try_get_by_index(3)?;
            let values =
                serde_json::from_str(&values).map_err(|error| DbErr::Json(error.to_string()))?;
            Ok((
                row.try_get_by_index(0)?,
                row.try_get_by_index(1)?,
                row.try_get_by_index(2)?,
                values,
            ))
        })
        .collect()
}
