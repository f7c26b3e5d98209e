//! Tables of an SQLite database.

use sea_orm::{DatabaseConnection, FromQueryResult};
use sea_query::ColumnType;
use sea_schema::sqlite::def::parse_type;

use super::{failed, foreign_keys, grouped, rows};
use crate::entities::{
    GenerateError,
    table::{Column, Table},
    value_list,
};

/// Whole tables. Virtual ones, such as full-text indexes, have columns without types, and no other
/// engine has them: they are no entities, and neither is what they keep their content in (`shadow`).
const TABLES: &str = "\
    SELECT l.name, m.sql, l.wr = 0 AS has_rowid FROM pragma_table_list l JOIN sqlite_master m ON m.name = l.name \
    WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

/// Columns that a query can name: the hidden ones of virtual tables are left out.
const COLUMNS: &str = "\
    SELECT name, type AS kind, \"notnull\" <> 0 AS not_null, pk > 0 AS in_primary_key \
    FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid";

const PRIMARY_KEY: &str =
    "SELECT '' AS \"key\", name AS \"column\" FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk";

/// Unique constraints and indexes over plain columns of all rows.
const UNIQUE_KEYS: &str = "\
    SELECT l.name AS \"key\", i.name AS \"column\" \
    FROM pragma_index_list(?) l, pragma_index_info(l.name) i \
    WHERE l.\"unique\" AND NOT l.partial AND l.origin <> 'pk' \
      AND NOT EXISTS (SELECT 1 FROM pragma_index_info(l.name) e WHERE e.name IS NULL) \
    ORDER BY l.name, i.seqno";

/// A key that names no referred column refers to the primary key, column by column.
const FOREIGN_KEYS: &str = "\
    SELECT CAST(f.id AS text) AS \"key\", f.\"table\" AS referred_table, f.\"from\" AS \"column\", \
           coalesce(f.\"to\", (SELECT p.name FROM pragma_table_info(f.\"table\") p WHERE p.pk = f.seq + 1)) \
               AS referred_column, \
           f.on_delete, f.on_update \
    FROM pragma_foreign_key_list(?) f ORDER BY f.id, f.seq";

#[derive(FromQueryResult)]
struct TableRow {
    name: String,
    sql: String,
    has_rowid: bool,
}

#[derive(FromQueryResult)]
struct ColumnRow {
    name: String,
    kind: String,
    not_null: bool,
    in_primary_key: bool,
}

#[derive(FromQueryResult)]
struct KeyRow {
    key: String,
    column: String,
}

pub(super) async fn tables(
    database: &DatabaseConnection,
    skip: impl Fn(&str) -> bool,
) -> Result<Vec<Table>, GenerateError> {
    let mut tables = Vec::new();
    for row in rows::<TableRow>(database, TABLES, None).await? {
        if !skip(&row.name) {
            tables.push(table(database, row).await?);
        }
    }
    Ok(tables)
}

async fn table(database: &DatabaseConnection, row: TableRow) -> Result<Table, GenerateError> {
    let name = Some(row.name.as_str());
    let columns = columns(database, &row).await?;
    let primary_key = keys(database, PRIMARY_KEY, name).await?.pop();
    let unique_keys = keys(database, UNIQUE_KEYS, name).await?;
    let foreign_keys = foreign_keys(database, FOREIGN_KEYS, &row.name).await?;
    let value_lists = value_list::in_create_table(&row.sql)
        .into_iter()
        .map(|list| (list.column, list.values))
        .collect();
    Ok(Table {
        name: row.name,
        columns,
        primary_key: primary_key.unwrap_or_default(),
        unique_keys,
        foreign_keys,
        value_lists,
    })
}

async fn columns(
    database: &DatabaseConnection,
    table: &TableRow,
) -> Result<Vec<Column>, GenerateError> {
    let rows = rows::<ColumnRow>(database, COLUMNS, Some(&table.name)).await?;
    let is_whole_key = rows.iter().filter(|row| row.in_primary_key).count() == 1;
    let mut columns = Vec::new();
    for row in rows {
        let is_numbered =
            row.in_primary_key && is_whole_key && table.has_rowid && is_rowid_type(&row.kind);
        columns.push(Column {
            name: row.name,
            kind: match is_numbered {
                // A number of 64 bits, whatever `integer` means elsewhere.
                true => ColumnType::BigInteger,
                false => parse_type(row.kind).map_err(failed)?,
            },
            // Only SQLite lets a column of a primary key be NULL, by a historic mistake of its own.
            not_null: row.not_null || row.in_primary_key,
            auto_increment: is_numbered,
        });
    }
    Ok(columns)
}

/// Whether a primary key of this declared type is another name of the rowid, which SQLite counts
/// up: `bigint` and `int` are not.
fn is_rowid_type(declared: &str) -> bool {
    declared.eq_ignore_ascii_case("integer")
}

async fn keys(
    database: &DatabaseConnection,
    sql: &str,
    table: Option<&str>,
) -> Result<Vec<Vec<String>>, GenerateError> {
    let rows = rows::<KeyRow>(database, sql, table).await?;
    let keys = grouped(rows.into_iter().map(|row| (row.key, row.column)));
    Ok(keys.into_iter().map(|(_, columns)| columns).collect())
}
