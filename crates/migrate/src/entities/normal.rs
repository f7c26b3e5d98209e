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

#[cfg(test)]
mod tests {
    use sea_query::{Alias, IntoIden as _};

    use super::*;
    use crate::entities::table::{Action, Column, ForeignKey};

    fn table(kinds: Vec<ColumnType>) -> Table {
        let columns = kinds.into_iter().enumerate();
        Table {
            name: "t".to_owned(),
            columns: columns
                .map(|(number, kind)| Column {
                    name: format!("c{number}"),
                    kind,
                    not_null: false,
                    auto_increment: false,
                })
                .collect(),
            primary_key: vec!["c0".to_owned()],
            unique_keys: Vec::new(),
            foreign_keys: Vec::new(),
            value_lists: Vec::new(),
        }
    }

    /// What sea-schema says of the same columns, from SQLite and from PostgreSQL.
    #[test]
    fn the_engines_forms_of_one_type_become_the_same() {
        let native = ColumnType::Enum {
            name: Alias::new("mood").into_iden(),
            variants: Vec::new(),
        };
        for (sqlite, postgres) in [
            (ColumnType::BigInteger, ColumnType::Integer),
            (ColumnType::Timestamp, ColumnType::DateTime),
            (ColumnType::Blob, ColumnType::VarBinary(StringLen::None)),
            (ColumnType::Json, ColumnType::JsonBinary),
            (ColumnType::Text, native),
            (ColumnType::Text, ColumnType::String(StringLen::None)),
            (
                ColumnType::Char(Some(3)),
                ColumnType::String(StringLen::N(3)),
            ),
        ] {
            let mut tables = [table(vec![sqlite]), table(vec![postgres])];
            normalise(&mut tables);
            let [one, other] = tables.map(|table| table.columns[0].kind.clone());
            assert_eq!(one, other);
            assert!(word(&one).is_some());
        }
    }

    #[test]
    fn only_types_that_do_not_come_back_are_warned_of() {
        let sound = vec![
            ColumnType::BigInteger,
            ColumnType::TimestampWithTimeZone,
            ColumnType::Text,
        ];
        assert!(normalise(&mut [table(sound)]).is_empty());
        let unsound = vec![ColumnType::Integer, ColumnType::Timestamp];
        assert_eq!(normalise(&mut [table(unsound)]).len(), 2);
    }

    #[test]
    fn keys_are_sorted_by_column_and_a_primary_key_refuses_null() {
        let mut one = table(vec![ColumnType::Uuid, ColumnType::Uuid]);
        let key = |column: &str| ForeignKey {
            columns: vec![column.to_owned()],
            referred_table: "u".to_owned(),
            referred_columns: vec!["id".to_owned()],
            on_delete: Action::Nothing,
            on_update: Action::Nothing,
        };
        one.foreign_keys = vec![key("c1"), key("c0")];
        let unique = |columns: &[&str]| columns.iter().map(|&c| c.to_owned()).collect::<Vec<_>>();
        one.unique_keys = vec![unique(&["c1"]), unique(&["c0"]), unique(&["c1"])];
        let mut tables = [one];
        normalise(&mut tables);
        let columns: Vec<_> = tables[0]
            .foreign_keys
            .iter()
            .map(|key| &key.columns[0])
            .collect();
        assert_eq!(columns, ["c0", "c1"]);
        assert_eq!(tables[0].unique_keys, [["c1"]]);
        assert!(tables[0].columns[0].not_null && !tables[0].columns[1].not_null);
    }
}
