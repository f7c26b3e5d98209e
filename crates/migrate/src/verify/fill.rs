//! Filling the tables of a scratch database with rows.

use std::collections::BTreeMap;

use groundwork_naming::Engine;
use groundwork_schema::{
    model::{Schema, Table},
    sql::{identifier, literal},
};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement, TransactionTrait};

use super::{
    error::RowsError,
    rows::{Attempts, ROWS, in_order_of_reference, tables},
};

/// How many rows are tried before a table is given up.
const ATTEMPTS: usize = 2_000;
/// How many rows PostgreSQL tries by one statement: few at first, since one of the first mostly fits.
const BATCHES: [usize; 5] = [20, 100, 480, 700, 700];
/// How many tables are counted by one query; SQLite takes 500 parts of a compound one.
const PARTS: usize = 200;

/// Fills tables, and remembers for which of them no row could be made.
#[derive(Debug, Default)]
pub(crate) struct Filler {
    /// The tables that were given up, as they were then, with those that they refer to, and how many
    /// rows they had got.
    given_up: BTreeMap<String, (String, i64)>,
}

impl Filler {
    /// Gives every table rows; returns the tables for which none could be made.
    pub(crate) async fn fill(
        &mut self,
        connection: &DatabaseConnection,
        schema: &Schema,
    ) -> Result<Vec<String>, RowsError> {
        let counts = counts(connection, schema).await?;
        let mut empty = Vec::new();
        for table in in_order_of_reference(schema) {
            let rows = counts.get(&table.name).copied().unwrap_or(0);
            if rows >= i64::from(ROWS) {
                continue;
            }
            let shape = shape(schema, table);
            let is_hopeless = (self.given_up.get(&table.name))
                .is_some_and(|(known, most)| *known == shape && rows >= *most);
            let made = if is_hopeless {
                rows
            } else {
                rows_of(connection, schema, table, rows).await?
            };
            if made < i64::from(ROWS) {
                self.given_up.insert(table.name.clone(), (shape, made));
            }
            if made == 0 {
                empty.push(table.name.clone());
            }
        }
        Ok(empty)
    }
}

/// What decides whether a row can be made for a table.
fn shape(schema: &Schema, table: &Table) -> String {
    let tables = tables(schema);
    let referred = table
        .foreign_keys
        .iter()
        .map(|key| tables.get(key.table.as_str()));
    format!("{table:?} {:?}", referred.collect::<Vec<_>>())
}

async fn counts(
    connection: &DatabaseConnection,
    schema: &Schema,
) -> Result<BTreeMap<String, i64>, RowsError> {
    let parts: Vec<String> = (tables(schema).into_keys())
        .map(|name| (literal(name), identifier(name)))
        .map(|(name, table)| format!("SELECT {name} AS t, count(*) AS n FROM {table}"))
        .collect();
    let mut counts = BTreeMap::new();
    for parts in parts.chunks(PARTS) {
        let sql = parts.join(" UNION ALL ");
        let statement = Statement::from_string(schema.engine.into(), sql);
        for row in connection.query_all_raw(statement).await? {
            counts.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        }
    }
    Ok(counts)
}

/// Makes rows for a table that has too few; returns how many it has then.
async fn rows_of(
    connection: &DatabaseConnection,
    schema: &Schema,
    table: &Table,
    mut rows: i64,
) -> Result<i64, RowsError> {
    let mut attempts = Attempts::new(schema, table);
    match schema.engine {
        Engine::Sqlite => {
            let mut left = ATTEMPTS;
            while rows < i64::from(ROWS) && left > 0 {
                left -= 1;
                if one(connection, &attempts.insert()).await? {
                    rows = count(connection, table).await?;
                }
            }
        }
        Engine::Postgres => {
            for batch in BATCHES {
                if rows >= i64::from(ROWS) {
                    break;
                }
                let inserts: Vec<String> = (0..batch).map(|_| attempts.insert()).collect();
                let statement = in_bulk(table, &inserts);
                // A table that takes no row at the commit gets none.
                if let Err(error) = connection.execute_unprepared(&statement).await {
                    tracing::debug!(%error, table = table.name, "no row could be made");
                }
                rows = count(connection, table).await?;
            }
        }
    }
    Ok(rows)
}

/// One statement that tries these rows until there are enough. Deferred constraints are checked with
/// each.
fn in_bulk(table: &Table, inserts: &[String]) -> String {
    let (name, list) = (identifier(&table.name), texts(inserts));
    format!(
        "DO $rows$
DECLARE row_to_try text;
BEGIN
    SET LOCAL synchronous_commit = off;
    SET CONSTRAINTS ALL IMMEDIATE;
    FOREACH row_to_try IN ARRAY ARRAY[{list}] LOOP
        BEGIN
            EXECUTE row_to_try;
        EXCEPTION WHEN OTHERS THEN
            NULL;
        END;
        EXIT WHEN (SELECT count(*) FROM (SELECT FROM {name} LIMIT {ROWS}) AS made) >= {ROWS};
    END LOOP;
END
$rows$"
    )
}

fn texts(inserts: &[String]) -> String {
    let quoted: Vec<String> = inserts.iter().map(|sql| literal(sql)).collect();
    quoted.join(",\n")
}

/// Tries one row on SQLite.
async fn one(connection: &DatabaseConnection, sql: &str) -> Result<bool, DbErr> {
    let attempt = connection.begin().await?;
    // Rows must refer to something also where the run has turned foreign keys off.
    let sound = attempt.execute_unprepared(sql).await.is_ok()
        && number(&attempt, "SELECT count(*) FROM pragma_foreign_key_check").await? == 0;
    if sound {
        attempt.commit().await?;
    } else {
        attempt.rollback().await?;
    }
    Ok(sound)
}

async fn count(connection: &impl ConnectionTrait, table: &Table) -> Result<i64, DbErr> {
    let sql = format!("SELECT count(*) FROM {}", identifier(&table.name));
    number(connection, &sql).await
}

async fn number(connection: &impl ConnectionTrait, sql: &str) -> Result<i64, DbErr> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await?;
    row.map_or(Ok(0), |row| row.try_get_by_index(0))
}
