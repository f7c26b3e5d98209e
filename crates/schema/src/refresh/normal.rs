//! What the engines say differently about the same migrations, said in one way.

use sea_query::{ColumnType, StringLen};

use super::table::Table;

/// Brings tables into the form that is the same from either engine, and tells where that is not
/// sound, because a value would not come back from one of the engines as it was stored.
pub(super) fn normalise(tables: &mut [Table]) -> Vec<String> {
    let mut warnings = Vec::new();
    for table in tables {
        for column in &mut table.columns {
            if let Some(doubt) = doubt(&column.kind) {
                warnings.push(format!("{}.{} is {doubt}", table.name, column.name));
            }
            column.kind = kind(&column.kind);
            // SQLite alone lets a part of a primary key be NULL.
            column.not_null |= table.primary_key.contains(&column.name);
        }
        table
            .foreign_keys
            .sort_by(|a, b| (&a.columns, &a.referred_table).cmp(&(&b.columns, &b.referred_table)));
        table
            .foreign_keys
            .dedup_by(|a, b| a.columns == b.columns && a.referred_table == b.referred_table);
        table.unique_keys.sort();
        table.unique_keys.dedup();
        let primary_key = &table.primary_key;
        table.unique_keys.retain(|key| key != primary_key);
    }
    warnings
}

/// Why a type is not safe to be read as its normal form.
fn doubt(kind: &ColumnType) -> Option<&'static str> {
    match kind {
        ColumnType::TinyInteger | ColumnType::SmallInteger | ColumnType::Integer => Some(
            "an integer of less than 64 bits, which PostgreSQL does not give out as an i64; use bigint",
        ),
        ColumnType::DateTime | ColumnType::Timestamp => Some(
            "a timestamp without an offset, which PostgreSQL does not give out as an instant; use timestamptz",
        ),
        ColumnType::Enum { .. } => {
            Some("a native enum, which PostgreSQL does not take a text for; use text with a CHECK")
        }
        _ => None,
    }
}

fn kind(kind: &ColumnType) -> ColumnType {
    match kind {
        ColumnType::TinyInteger
        | ColumnType::SmallInteger
        | ColumnType::Integer
        | ColumnType::BigInteger => ColumnType::BigInteger,
        ColumnType::DateTime | ColumnType::Timestamp | ColumnType::TimestampWithTimeZone => {
            ColumnType::TimestampWithTimeZone
        }
        ColumnType::Binary(_) | ColumnType::VarBinary(_) | ColumnType::Blob => ColumnType::Blob,
        ColumnType::Json | ColumnType::JsonBinary => ColumnType::JsonBinary,
        ColumnType::Enum { .. } => ColumnType::Text,
        ColumnType::Char(Some(length)) => ColumnType::String(StringLen::N(*length)),
        ColumnType::Char(None) | ColumnType::String(StringLen::None | StringLen::Max) => {
            ColumnType::Text
        }
        other => other.clone(),
    }
}

/// What the type is called in documentation; `None` for one that has no Rust type on both engines.
pub(super) fn word(kind: &ColumnType) -> Option<String> {
    Some(match kind {
        ColumnType::BigInteger => "bigint".to_owned(),
        ColumnType::Blob => "bytes".to_owned(),
        ColumnType::Boolean => "boolean".to_owned(),
        ColumnType::Date => "date".to_owned(),
        ColumnType::Float => "real".to_owned(),
        ColumnType::Double => "double precision".to_owned(),
        ColumnType::JsonBinary => "json".to_owned(),
        ColumnType::String(StringLen::N(length)) => format!("varchar({length})"),
        ColumnType::Text => "text".to_owned(),
        ColumnType::Time => "time".to_owned(),
        ColumnType::TimestampWithTimeZone => "timestamptz".to_owned(),
        ColumnType::Uuid => "uuid".to_owned(),
        _ => return None,
    })
}
