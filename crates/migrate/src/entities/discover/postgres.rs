//! Tables of a PostgreSQL database, in its current schema.

use std::collections::HashMap;

use sea_orm::{DatabaseConnection, FromQueryResult};
use sea_query::{Alias, ColumnType, IntoIden as _};
use sea_schema::postgres::query::ColumnQueryResult;

use super::{foreign_keys, grouped, rows};
use crate::entities::{
    GenerateError,
    table::{Column, Table},
    value_list,
};

const TABLES: &str = "\
    SELECT c.relname::text AS name FROM pg_class c \
    WHERE c.relnamespace = quote_ident(current_schema())::regnamespace \
      AND c.relkind IN ('r', 'p') AND NOT c.relispartition";

const COLUMNS: &str = "\
    SELECT c.column_name::text, c.data_type::text, c.udt_name::text, t.typtype = 'e' AS is_enum, \
           c.is_nullable::text, c.is_identity::text, c.column_default::text, \
           c.numeric_precision::int4, c.numeric_precision_radix::int4, c.numeric_scale::int4, \
           c.character_maximum_length::int4, c.datetime_precision::int4, c.interval_type::text \
    FROM information_schema.columns c \
    JOIN pg_namespace n ON n.nspname = c.udt_schema \
    JOIN pg_type t ON t.typnamespace = n.oid AND t.typname = c.udt_name \
    WHERE c.table_schema = current_schema() AND c.table_name = $1 ORDER BY c.ordinal_position";

/// The primary key and unique constraints and indexes over plain columns of all rows.
const KEYS: &str = "\
    SELECT i.indexrelid::regclass::text AS key, i.indisprimary AS is_primary, a.attname::text AS \"column\" \
    FROM pg_index i \
    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place) \
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum \
    WHERE i.indrelid = format('%I', $1::text)::regclass AND i.indisunique \
      AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts \
    ORDER BY key, k.place";

const FOREIGN_KEYS: &str = "\
    SELECT c.conname::text AS key, r.relname::text AS referred_table, \
           a.attname::text AS \"column\", b.attname::text AS referred_column, \
           c.confdeltype::text AS on_delete, c.confupdtype::text AS on_update \
    FROM pg_constraint c \
    JOIN pg_class r ON r.oid = c.confrelid \
    CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (own, referred, place) \
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.own \
    JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.referred \
    WHERE c.conrelid = format('%I', $1::text)::regclass AND c.contype = 'f' \
    ORDER BY c.conname, k.place";

const CHECKS: &str = "\
    SELECT pg_get_expr(c.conbin, c.conrelid) AS expression FROM pg_constraint c \
    WHERE c.conrelid = format('%I', $1::text)::regclass AND c.contype = 'c' ORDER BY c.conname";

#[derive(FromQueryResult)]
struct TableRow {
    name: String,
}

#[derive(FromQueryResult)]
struct ColumnRow {
    column_name: String,
    data_type: String,
    udt_name: String,
    is_enum: bool,
    is_nullable: String,
    is_identity: String,
    column_default: Option<String>,
    numeric_precision: Option<i32>,
    numeric_precision_radix: Option<i32>,
    numeric_scale: Option<i32>,
    character_maximum_length: Option<i32>,
    datetime_precision: Option<i32>,
    interval_type: Option<String>,
}

#[derive(FromQueryResult)]
struct KeyRow {
    key: String,
    is_primary: bool,
    column: String,
}

#[derive(FromQueryResult)]
struct CheckRow {
    expression: String,
}

pub(super) async fn tables(
    database: &DatabaseConnection,
    skip: impl Fn(&str) -> bool,
) -> Result<Vec<Table>, GenerateError> {
    let mut tables = Vec::new();
    for row in rows::<TableRow>(database, TABLES, None).await? {
        if !skip(&row.name) {
            tables.push(table(database, row.name).await?);
        }
    }
    Ok(tables)
}

async fn table(database: &DatabaseConnection, name: String) -> Result<Table, GenerateError> {
    let columns = rows::<ColumnRow>(database, COLUMNS, Some(&name)).await?;
    let keys = rows::<KeyRow>(database, KEYS, Some(&name)).await?;
    let (primary, unique): (Vec<_>, Vec<_>) = keys.into_iter().partition(|row| row.is_primary);
    let checks = rows::<CheckRow>(database, CHECKS, Some(&name)).await?;
    let foreign_keys = foreign_keys(database, FOREIGN_KEYS, &name).await?;
    Ok(Table {
        name,
        columns: columns.into_iter().map(column).collect(),
        primary_key: primary.into_iter().map(|row| row.column).collect(),
        unique_keys: grouped(unique.into_iter().map(|row| (row.key, row.column)))
            .into_iter()
            .map(|(_, columns)| columns)
            .collect(),
        foreign_keys,
        value_lists: checks
            .iter()
            .filter_map(|row| value_list::in_expression(&row.expression))
            .map(|list| (list.column, list.values))
            .collect(),
    })
}

fn column(row: ColumnRow) -> Column {
    let is_enum = row.is_enum;
    let is_array = row.data_type == "ARRAY";
    let udt_name = row.udt_name.clone();
    let column = ColumnQueryResult {
        column_name: row.column_name,
        column_type: row.data_type,
        column_default: row.column_default,
        is_nullable: row.is_nullable,
        is_identity: row.is_identity,
        numeric_precision: row.numeric_precision,
        numeric_precision_radix: row.numeric_precision_radix,
        numeric_scale: row.numeric_scale,
        character_maximum_length: row.character_maximum_length,
        datetime_precision: row.datetime_precision,
        interval_type: row.interval_type,
        udt_name: Some(row.udt_name),
        ..ColumnQueryResult::default()
    };
    if is_enum || is_array {
        // The labels of an enum and the type of an array's items are of no use here.
        let kind = if is_enum {
            ColumnType::Enum {
                name: Alias::new(udt_name).into_iden(),
                variants: Vec::new(),
            }
        } else {
            ColumnType::custom(udt_name)
        };
        return Column {
            name: column.column_name,
            kind,
            not_null: column.is_nullable == "NO",
            auto_increment: false,
        };
    }
    let info = column.parse(&HashMap::new());
    let definition = info.write();
    Column {
        kind: info.write_col_type(),
        not_null: info.not_null.is_some(),
        auto_increment: definition.get_column_spec().auto_increment,
        name: info.name,
    }
}
