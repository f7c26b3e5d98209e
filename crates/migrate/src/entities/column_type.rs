//! The types of columns, which the engines name differently, in the form that both can store.

use groundwork_naming::Engine;
use groundwork_schema::model::Schema;
use sea_query::{Alias, ColumnType, IntoIden as _, StringLen};
use sea_schema::sqlite::def::parse_type;

/// The type of a column in the form that is the same from either engine. Some types have no such
/// form: [`word`] is `None` for them.
pub(super) fn normal(schema: &Schema, kind: &str) -> ColumnType {
    match declared(schema, kind) {
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
        ColumnType::Char(Some(length)) => ColumnType::String(StringLen::N(length)),
        ColumnType::Char(None) | ColumnType::String(StringLen::None | StringLen::Max) => {
            ColumnType::Text
        }
        other => other,
    }
}

/// Why a type is not safe to be read as its normal form: a value would not come back from one of
/// the engines as it was stored.
pub(super) fn doubt(schema: &Schema, kind: &str) -> Option<&'static str> {
    match declared(schema, kind) {
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

/// What a normal type is called in documentation; `None` for one that has no Rust type on both
/// engines.
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

/// The type that the engine's words mean.
fn declared(schema: &Schema, kind: &str) -> ColumnType {
    match schema.engine {
        Engine::Sqlite => {
            parse_type(kind.to_owned()).unwrap_or_else(|_| ColumnType::custom(kind.to_owned()))
        }
        Engine::Postgres => of_postgres(schema, kind),
    }
}

fn of_postgres(schema: &Schema, kind: &str) -> ColumnType {
    let unquoted = |kind: &str| kind.trim_matches('"').to_owned();
    let kind = (schema.domains.get(&unquoted(kind))).map_or(kind, String::as_str);
    if schema.enums.contains_key(&unquoted(kind)) {
        return ColumnType::Enum {
            name: Alias::new(unquoted(kind)).into_iden(),
            variants: Vec::new(),
        };
    }
    let (name, length) = without_length(kind);
    match name.as_str() {
        "smallint" => ColumnType::SmallInteger,
        "integer" => ColumnType::Integer,
        "bigint" => ColumnType::BigInteger,
        "real" => ColumnType::Float,
        "double precision" => ColumnType::Double,
        "character varying" => ColumnType::String(length.map_or(StringLen::None, StringLen::N)),
        "character" => ColumnType::Char(length),
        // A `char` without a length, which fills up with no blanks.
        "bpchar" => ColumnType::Char(None),
        "text" => ColumnType::Text,
        "bytea" => ColumnType::VarBinary(StringLen::None),
        "timestamp without time zone" => ColumnType::DateTime,
        "timestamp with time zone" => ColumnType::TimestampWithTimeZone,
        "date" => ColumnType::Date,
        "time without time zone" | "time with time zone" => ColumnType::Time,
        "boolean" => ColumnType::Boolean,
        "uuid" => ColumnType::Uuid,
        "json" => ColumnType::Json,
        "jsonb" => ColumnType::JsonBinary,
        _ => ColumnType::custom(kind.to_owned()),
    }
}

/// `character varying(80)` is `character varying` and 80, `timestamp(3) with time zone` is
/// `timestamp with time zone` and 3.
fn without_length(kind: &str) -> (String, Option<u32>) {
    let parts = kind.split_once('(').and_then(|(before, rest)| {
        let (length, after) = rest.split_once(')')?;
        Some((format!("{before}{after}"), length.parse().ok()))
    });
    parts.unwrap_or_else(|| (kind.to_owned(), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(engine: Engine) -> Schema {
        let mut schema = Schema::empty(engine);
        schema
            .enums
            .insert("mood".to_owned(), vec!["calm".to_owned()]);
        schema
            .domains
            .insert("email".to_owned(), "character varying(80)".to_owned());
        schema
    }

    /// What the catalogs say of the same columns.
    #[test]
    fn the_engines_words_for_one_type_become_the_same() {
        let (sqlite, postgres) = (schema(Engine::Sqlite), schema(Engine::Postgres));
        for (one, other, expected) in [
            ("bigint", "integer", "bigint"),
            ("integer", "smallint", "bigint"),
            (
                "timestamp_text",
                "timestamp(6) without time zone",
                "timestamptz",
            ),
            (
                "timestamp_with_timezone_text",
                "timestamp(3) with time zone",
                "timestamptz",
            ),
            ("time_text", "time without time zone", "time"),
            ("date_text", "date", "date"),
            ("blob", "bytea", "bytes"),
            ("varbinary_blob(32)", "bytea", "bytes"),
            ("json_text", "jsonb", "json"),
            ("text", "mood", "text"),
            ("text", "character varying", "text"),
            ("char(3)", "character(3)", "varchar(3)"),
            ("varchar(80)", "email", "varchar(80)"),
            ("char", "bpchar", "text"),
            ("boolean", "boolean", "boolean"),
            ("uuid_text", "uuid", "uuid"),
            ("double", "double precision", "double precision"),
            ("float", "real", "real"),
        ] {
            assert_eq!(
                word(&normal(&sqlite, one)).as_deref(),
                Some(expected),
                "{one}"
            );
            assert_eq!(
                word(&normal(&postgres, other)).as_deref(),
                Some(expected),
                "{other}"
            );
        }
    }

    #[test]
    fn what_only_one_engine_stores_has_no_word() {
        for kind in ["integer[]", "numeric(10,2)", "interval", "inet", "citext"] {
            assert_eq!(
                word(&normal(&schema(Engine::Postgres), kind)),
                None,
                "{kind}"
            );
        }
        assert_eq!(
            word(&normal(&schema(Engine::Sqlite), "decimal(10, 2)")),
            None
        );
    }

    #[test]
    fn only_types_that_do_not_come_back_are_warned_of() {
        let (sqlite, postgres) = (schema(Engine::Sqlite), schema(Engine::Postgres));
        for kind in ["bigint", "timestamp with time zone", "text", "email"] {
            assert_eq!(doubt(&postgres, kind), None, "{kind}");
        }
        for kind in ["integer", "timestamp without time zone", "mood"] {
            assert!(doubt(&postgres, kind).is_some(), "{kind}");
        }
        assert!(doubt(&sqlite, "smallint").is_some());
        assert!(doubt(&sqlite, "timestamp_text").is_some());
        assert_eq!(doubt(&sqlite, "bigint"), None);
    }
}
