//! What SQLite's catalog says of the tables, and of everything that depends on them.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement};

use super::RebuildError;
use crate::sql::{identifier, literal};

/// What marks a query as [`guarding`].
pub(crate) const GUARD: &str = "/* guard */";

/// An object of the catalog.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) name: String,
    /// The statement that creates it.
    pub(crate) sql: String,
}

/// A column, as `PRAGMA table_xinfo` gives it.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) is_generated: bool,
}

/// The text of a table.
pub(crate) async fn definition(
    connection: &impl ConnectionTrait,
    table: &str,
) -> Result<Object, RebuildError> {
    let condition = format!(
        "type = 'table' AND name = {} COLLATE NOCASE",
        literal(table)
    );
    let found = objects(connection, &condition).await?;
    found
        .into_iter()
        .next()
        .ok_or_else(|| RebuildError::NoTable {
            table: table.to_owned(),
        })
}

/// The indexes of a table that were created by statements of their own.
pub(crate) async fn indexes(
    connection: &impl ConnectionTrait,
    table: &str,
) -> Result<Vec<Object>, DbErr> {
    objects(connection, &of_table("index", table)).await
}

/// The triggers on a table.
pub(crate) async fn triggers(
    connection: &impl ConnectionTrait,
    table: &str,
) -> Result<Vec<Object>, DbErr> {
    objects(connection, &of_table("trigger", table)).await
}

/// Everything that has a text: of tables, views and triggers.
pub(super) async fn names(
    connection: &impl ConnectionTrait,
    kind: &str,
) -> Result<Vec<String>, DbErr> {
    let found = texts(connection, kind).await?;
    Ok(found.into_iter().map(|object| object.name).collect())
}

/// All objects of a kind with their texts, but those of SQLite itself.
pub(super) async fn texts(
    connection: &impl ConnectionTrait,
    kind: &str,
) -> Result<Vec<Object>, DbErr> {
    let condition = format!("type = '{kind}' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
    objects(connection, &condition).await
}

/// The tables and views that have triggers, with the names of these.
pub(super) async fn triggered(
    connection: &impl ConnectionTrait,
) -> Result<BTreeMap<String, Vec<String>>, DbErr> {
    let sql = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid";
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in query(connection, sql).await? {
        let table: String = row.try_get_by_index(0)?;
        found
            .entry(table)
            .or_default()
            .push(row.try_get_by_index(1)?);
    }
    Ok(found)
}

/// The columns of a table, computed ones included.
pub(super) async fn columns(
    connection: &impl ConnectionTrait,
    table: &str,
) -> Result<Vec<Column>, DbErr> {
    let sql = format!(
        "SELECT name, hidden FROM pragma_table_xinfo({}) ORDER BY cid",
        literal(table)
    );
    let rows = query(connection, &sql).await?;
    (rows.iter())
        .map(|row| {
            let hidden: i64 = row.try_get_by_index(1)?;
            Ok(Column {
                name: row.try_get_by_index(0)?,
                is_generated: hidden == 2 || hidden == 3,
            })
        })
        .collect()
}

/// The columns of a table that can be filled.
pub(crate) async fn stored_columns(
    connection: &impl ConnectionTrait,
    table: &str,
) -> Result<Vec<String>, DbErr> {
    let columns = columns(connection, table).await?;
    let stored = columns.into_iter().filter(|column| !column.is_generated);
    Ok(stored.map(|column| column.name).collect())
}

/// The name by which the rowid of a table can be read and written; `None` where there is none, or
/// where columns have taken all its names.
pub(super) async fn rowid(
    connection: &impl ConnectionTrait,
    table: &str,
    columns: &[Column],
) -> Result<Option<&'static str>, DbErr> {
    let sql = format!(
        "SELECT count(*) FROM pragma_table_list({}) WHERE schema = 'main' AND wr = 0",
        literal(table)
    );
    if number(connection, &sql).await? == 0 {
        return Ok(None);
    }
    let is_free = |name: &&&str| !columns.iter().any(|c| c.name.eq_ignore_ascii_case(name));
    Ok(["rowid", "_rowid_", "oid"].iter().find(is_free).copied())
}

/// Whether the primary key of a table is its rowid: it then has no index of its own.
pub(super) async fn key_is_rowid(
    connection: &impl ConnectionTrait,
    table: &str,
) -> Result<bool, DbErr> {
    let table = literal(table);
    let sql = format!(
        "SELECT (SELECT count(*) FROM pragma_table_xinfo({table}) WHERE pk > 0) > 0
            AND (SELECT count(*) FROM pragma_index_list({table}) WHERE origin = 'pk') = 0"
    );
    Ok(number(connection, &sql).await? == 1)
}

/// Whether the planner has statistics about a table (<https://www.sqlite.org/lang_analyze.html>).
pub(super) async fn has_statistics(
    connection: &impl ConnectionTrait,
    table: &str,
) -> Result<bool, DbErr> {
    let exists = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'";
    let table = literal(table);
    let rows = format!("SELECT count(*) FROM sqlite_stat1 WHERE tbl = {table} COLLATE NOCASE");
    Ok(number(connection, exists).await? > 0 && number(connection, &rows).await? > 0)
}

/// How many rows each table has.
pub(crate) async fn row_counts(
    connection: &impl ConnectionTrait,
) -> Result<BTreeMap<String, i64>, DbErr> {
    /// SQLite takes that many parts of a compound query.
    const MOST: usize = 400;
    let mut counts = BTreeMap::new();
    for tables in names(connection, "table").await?.chunks(MOST) {
        let parts: Vec<String> = (tables.iter())
            .map(|table| (literal(table), identifier(table)))
            .map(|(name, table)| format!("SELECT {name}, count(*) FROM {table}"))
            .collect();
        for row in query(connection, &guarding(&parts.join(" UNION ALL "))).await? {
            counts.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        }
    }
    Ok(counts)
}

/// How many rows of which table refer to nothing in which other one.
pub(super) async fn orphans(
    connection: &impl ConnectionTrait,
) -> Result<BTreeMap<(String, String), i64>, DbErr> {
    let sql = r#"SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2"#;
    let rows = query(connection, sql).await?;
    (rows.iter())
        .map(|row| {
            let tables = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            Ok((tables, row.try_get_by_index(2)?))
        })
        .collect()
}

/// A query whose answer can but refuse a change, never decide what it does. It may thus be left
/// out where a migration is recorded without its database.
pub(crate) fn guarding(sql: &str) -> String {
    format!("{sql} {GUARD}")
}

/// The first value of the only row; 0 where there is none.
pub(crate) async fn number(connection: &impl ConnectionTrait, sql: &str) -> Result<i64, DbErr> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await?;
    row.map_or(Ok(0), |row| row.try_get_by_index(0))
}

fn of_table(kind: &str, table: &str) -> String {
    let table = literal(table);
    format!("type = '{kind}' AND tbl_name = {table} COLLATE NOCASE AND sql IS NOT NULL")
}

async fn objects(connection: &impl ConnectionTrait, condition: &str) -> Result<Vec<Object>, DbErr> {
    let sql = format!(
        "SELECT name, coalesce(sql, '') FROM sqlite_master WHERE {condition} ORDER BY rowid"
    );
    let rows = query(connection, &sql).await?;
    (rows.iter())
        .map(|row| {
            Ok(Object {
                name: row.try_get_by_index(0)?,
                sql: row.try_get_by_index(1)?,
            })
        })
        .collect()
}

pub(super) async fn query(
    connection: &impl ConnectionTrait,
    sql: &str,
) -> Result<Vec<QueryResult>, DbErr> {
    connection
        .query_all_raw(Statement::from_string(DbBackend::Sqlite, sql))
        .await
}
