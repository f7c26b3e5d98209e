//! The types of columns, which the engines name differently, and the Rust types that read them.

use groundwork_naming::Engine;
use groundwork_schema::model::Schema;

use super::rust_type::RustType;

/// What a column holds, whatever its engine calls that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    SmallInteger,
    Integer,
    BigInteger,
    Real,
    Double,
    /// With its digits in all and those behind the point, if they are limited.
    Numeric(Option<(u32, u32)>),
    /// With its length, if it is limited.
    Text(Option<u32>),
    Boolean,
    Date,
    Time,
    Timestamp,
    Timestamptz,
    Json,
    Uuid,
    Bytes,
    /// An enumerated type (PostgreSQL), by its name as casts write it.
    Enum(String),
    /// An array of a type that its engine calls so (PostgreSQL).
    Array(String),
    /// A type that has a text for every value, and no Rust type of its own (PostgreSQL).
    Other(String),
    /// No type at all (SQLite).
    Untyped,
}

impl Kind {
    /// What a column's type, in the words of its engine, means.
    pub(super) fn of(schema: &Schema, words: &str) -> Self {
        match schema.engine {
            Engine::Sqlite => of_sqlite(words),
            Engine::Postgres => of_postgres(schema, words),
        }
    }

    /// The Rust type that reads and writes it, unless the type map decides otherwise.
    pub(super) fn rust(&self, engine: Engine) -> RustType {
        match (self, engine) {
            (Self::SmallInteger, Engine::Postgres) => RustType::I16,
            (Self::Integer, Engine::Postgres) => RustType::I32,
            // SQLite keeps 64 bits, whatever the type is called.
            (Self::SmallInteger | Self::Integer | Self::BigInteger, _) => RustType::I64,
            (Self::Real, Engine::Postgres) => RustType::F32,
            (Self::Real | Self::Double, _) => RustType::F64,
            (Self::Boolean, _) => RustType::Bool,
            (Self::Date, _) => RustType::Date,
            (Self::Time, _) => RustType::Time,
            (Self::Timestamp, _) => RustType::DateTime,
            (Self::Timestamptz, _) => RustType::DateTimeUtc,
            (Self::Json, _) => RustType::Json,
            (Self::Uuid, _) => RustType::Uuid,
            (Self::Bytes, _) => RustType::Bytes,
            (Self::Numeric(_) | Self::Untyped, Engine::Sqlite) => RustType::Loose,
            (
                Self::Numeric(_)
                | Self::Text(_)
                | Self::Enum(_)
                | Self::Array(_)
                | Self::Other(_)
                | Self::Untyped,
                _,
            ) => RustType::String,
        }
    }

    /// Why another choice than that of [`rust`](Self::rust) may be the right one, and which; `None`
    /// where both engines store the same.
    pub(super) fn doubt(&self, engine: Engine, words: &str) -> Option<String> {
        let read_as = self.rust(engine);
        Some(match (self, engine) {
            (Self::SmallInteger | Self::Integer, Engine::Postgres) | (Self::SmallInteger, _) => {
                let other = match read_as {
                    RustType::I64 => "i16",
                    _ => "i64",
                };
                format!(
                    "an integer of fewer bits on PostgreSQL than on SQLite; it is read as {read_as}, \
                     and \"{words}\" = \"{other}\" under [types] reads it otherwise"
                )
            }
            (Self::Real, _) => {
                let other = match read_as {
                    RustType::F64 => "f32",
                    _ => "f64",
                };
                format!(
                    "a number of 32 bits on PostgreSQL and of 64 on SQLite; it is read as {read_as}, \
                     and \"{words}\" = \"{other}\" under [types] reads it otherwise"
                )
            }
            (Self::Numeric(_), Engine::Sqlite) => format!(
                "a decimal number, of which SQLite keeps 15 digits; it is read as its text, and \
                 \"{words}\" = \"f64\" under [types] reads it as a number, if no row holds a whole one"
            ),
            (Self::Numeric(_), _) => "a decimal number, of which SQLite keeps 15 digits; it is read \
                 as its text, so that no digit is lost on the way, and \"numeric\" = \"Decimal\" under \
                 [types] reads a number (with the feature with-rust_decimal of sea-orm)"
                .to_owned(),
            (Self::Uuid, Engine::Sqlite) if words == "uuid" => {
                "a UUID of 16 bytes, as SeaORM writes it; if the rows hold texts, \
                 \"uuid\" = \"TextUuid\" under [types] reads them"
                    .to_owned()
            }
            (Self::Enum(_), _) => "a native enum, which is read and written as its text; a line \
                                   under `enums` of the domain makes it an enum"
                .to_owned(),
            (Self::Array(item), _) => {
                let item = of_postgres(&Schema::empty(Engine::Postgres), item).rust(engine);
                format!(
                    "an array, which is read and written as its text, such as {{1,2}}; \"{words}\" = \
                     \"Vec<{item}>\" under [types] reads a list (with the feature postgres-array of sea-orm)"
                )
            }
            (Self::Other(_), _) => {
                "a type of PostgreSQL alone, which is read and written as its text".to_owned()
            }
            (Self::Untyped, _) => "of no type, so that each row may hold something else; it is read \
                                   as a text, and a line for the column under [types] reads it otherwise"
                .to_owned(),
            _ => return None,
        })
    }

    /// What a column that is read as this Rust type is called in documentation.
    pub(super) fn word(&self, rust: &RustType) -> String {
        match (self, rust) {
            (_, RustType::I16) => "smallint".to_owned(),
            (_, RustType::I32) => "integer".to_owned(),
            (_, RustType::I64) => "bigint".to_owned(),
            (Self::Real | Self::Double, RustType::F32) => "real".to_owned(),
            (Self::Real | Self::Double, RustType::F64) => "double precision".to_owned(),
            (Self::Numeric(None), _) => "numeric".to_owned(),
            (Self::Numeric(Some((digits, scale))), _) => format!("numeric({digits},{scale})"),
            (Self::Text(Some(length)), _) => format!("varchar({length})"),
            (Self::Text(None), _) => "text".to_owned(),
            (Self::Boolean, _) => "boolean".to_owned(),
            (Self::Date, _) => "date".to_owned(),
            (Self::Time, _) => "time".to_owned(),
            (Self::Timestamp, _) => "timestamp".to_owned(),
            (Self::Timestamptz, _) => "timestamptz".to_owned(),
            (Self::Json, _) => "json".to_owned(),
            (Self::Uuid, _) => "uuid".to_owned(),
            (Self::Bytes, _) => "bytes".to_owned(),
            (Self::Enum(name) | Self::Other(name), _) => name.clone(),
            (Self::Array(item), _) => format!("{item}[]"),
            (Self::Untyped, _) => "any".to_owned(),
            (Self::SmallInteger | Self::Integer | Self::BigInteger, _) => "bigint".to_owned(),
            (Self::Real | Self::Double, _) => "double precision".to_owned(),
        }
    }

    /// The type that a text is cast to when it is written; `None` where the engine takes it as it is.
    pub(super) fn written_as(&self) -> Option<String> {
        match self {
            Self::Numeric(_) => Some("numeric".to_owned()),
            Self::Enum(name) | Self::Other(name) => Some(name.clone()),
            Self::Array(item) => Some(format!("{item}[]")),
            _ => None,
        }
    }
}

/// The words of a type without what is in parentheses: `timestamp with time zone` of
/// `timestamp(3) with time zone`.
pub(super) fn bare(words: &str) -> String {
    let bare = words.split_once('(').and_then(|(before, rest)| {
        let (_, after) = rest.split_once(')')?;
        Some(format!("{}{after}", before.trim_end()))
    });
    bare.unwrap_or_else(|| words.to_owned())
}

/// The numbers in the parentheses of a type.
fn limits(words: &str) -> Vec<u32> {
    let inside = words.split_once('(').map_or("", |(_, rest)| rest);
    let inside = inside.split(')').next().unwrap_or_default();
    inside
        .split(',')
        .filter_map(|number| number.trim().parse().ok())
        .collect()
}

fn of_sqlite(words: &str) -> Kind {
    let name = bare(words);
    let limits = limits(words);
    let numeric = || match limits.as_slice() {
        [digits, scale] => Kind::Numeric(Some((*digits, *scale))),
        [digits] => Kind::Numeric(Some((*digits, 0))),
        _ => Kind::Numeric(None),
    };
    match name.as_str() {
        "" => Kind::Untyped,
        "tinyint" | "smallint" | "int2" => Kind::SmallInteger,
        "bool" | "boolean" => Kind::Boolean,
        "date" | "date_text" => Kind::Date,
        "time" | "time_text" => Kind::Time,
        "datetime"
        | "datetime_text"
        | "timestamp"
        | "timestamp_text"
        | "timestamp without time zone" => Kind::Timestamp,
        "timestamptz" | "timestamp_with_timezone_text" | "timestamp with time zone" => {
            Kind::Timestamptz
        }
        "json" | "jsonb" | "json_text" | "jsonb_text" => Kind::Json,
        "uuid" | "uuid_text" => Kind::Uuid,
        // What sea-query makes of a decimal number.
        "real" if limits.len() == 2 => numeric(),
        "float" => Kind::Real,
        // The rules by which SQLite itself finds the affinity of a column.
        name if name.contains("int") => Kind::BigInteger,
        name if ["char", "clob", "text"]
            .iter()
            .any(|word| name.contains(word)) =>
        {
            Kind::Text(limits.first().copied())
        }
        name if name.contains("blob") || name.contains("binary") => Kind::Bytes,
        name if ["real", "floa", "doub"]
            .iter()
            .any(|word| name.contains(word)) =>
        {
            Kind::Double
        }
        _ => numeric(),
    }
}

fn of_postgres(schema: &Schema, words: &str) -> Kind {
    let unquoted = |words: &str| words.trim_matches('"').to_owned();
    let words = (schema.domains.get(&unquoted(words))).map_or(words, String::as_str);
    if schema.enums.contains_key(&unquoted(words)) {
        return Kind::Enum(words.to_owned());
    }
    if let Some(item) = words.strip_suffix("[]") {
        return Kind::Array(item.to_owned());
    }
    let limits = limits(words);
    let length = limits.first().copied();
    match bare(words).as_str() {
        "smallint" => Kind::SmallInteger,
        "integer" => Kind::Integer,
        "bigint" => Kind::BigInteger,
        "real" => Kind::Real,
        "double precision" => Kind::Double,
        "numeric" => Kind::Numeric(match limits.as_slice() {
            [digits, scale] => Some((*digits, *scale)),
            _ => None,
        }),
        "character varying" | "character" => Kind::Text(length),
        // A `char` without a length, which fills up with no blanks.
        "bpchar" | "text" => Kind::Text(None),
        "bytea" => Kind::Bytes,
        "timestamp without time zone" => Kind::Timestamp,
        "timestamp with time zone" => Kind::Timestamptz,
        "date" => Kind::Date,
        "time without time zone" => Kind::Time,
        "boolean" => Kind::Boolean,
        "uuid" => Kind::Uuid,
        "json" | "jsonb" => Kind::Json,
        _ => Kind::Other(words.to_owned()),
    }
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

    fn word(engine: Engine, words: &str) -> String {
        let kind = Kind::of(&schema(engine), words);
        kind.word(&kind.rust(engine))
    }

    /// What the catalogs say of the same columns.
    #[test]
    fn the_engines_words_for_one_type_become_the_same() {
        for (sqlite, postgres, expected) in [
            ("bigint", "bigint", "bigint"),
            ("integer", "bigint", "bigint"),
            (
                "timestamp_text",
                "timestamp(6) without time zone",
                "timestamp",
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
            ("text", "character varying", "text"),
            ("char(3)", "character(3)", "varchar(3)"),
            ("varchar(80)", "email", "varchar(80)"),
            ("char", "bpchar", "text"),
            ("boolean", "boolean", "boolean"),
            ("uuid_text", "uuid", "uuid"),
            ("double", "double precision", "double precision"),
            ("real(10, 2)", "numeric(10,2)", "numeric(10,2)"),
        ] {
            assert_eq!(word(Engine::Sqlite, sqlite), expected, "{sqlite}");
            assert_eq!(word(Engine::Postgres, postgres), expected, "{postgres}");
        }
    }

    #[test]
    fn what_the_engines_store_alike_is_not_doubted() {
        let doubt = |engine, words: &str| Kind::of(&schema(engine), words).doubt(engine, words);
        for words in [
            "bigint",
            "timestamp with time zone",
            "timestamp without time zone",
            "text",
            "email",
            "jsonb",
        ] {
            assert_eq!(doubt(Engine::Postgres, words), None, "{words}");
        }
        for words in [
            "integer",
            "real",
            "mood",
            "inet",
            "integer[]",
            "numeric(10,2)",
        ] {
            assert!(doubt(Engine::Postgres, words).is_some(), "{words}");
        }
        for words in ["integer", "uuid_text", "datetime", "bool", "real"] {
            assert_eq!(doubt(Engine::Sqlite, words), None, "{words}");
        }
        for words in ["smallint", "uuid", "", "decimal(10,2)"] {
            assert!(doubt(Engine::Sqlite, words).is_some(), "{words}");
        }
    }

    /// As SQLite finds the affinity of a column.
    #[test]
    fn a_type_that_sqlite_does_not_know_is_what_its_name_contains() {
        for (words, expected) in [
            ("unsigned big int", Kind::BigInteger),
            ("native character(70)", Kind::Text(Some(70))),
            ("double precision", Kind::Double),
            ("money", Kind::Numeric(None)),
            ("decimal(10,2)", Kind::Numeric(Some((10, 2)))),
        ] {
            assert_eq!(
                Kind::of(&schema(Engine::Sqlite), words),
                expected,
                "{words}"
            );
        }
    }
}
