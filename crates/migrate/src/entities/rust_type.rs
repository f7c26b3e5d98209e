//! The Rust types of fields, and the attributes by which a column of another type is read as one.

use std::{fmt, str::FromStr};

use groundwork_naming::Engine;
use proc_macro2::TokenStream;
use quote::quote;

use super::column_type::Kind;

/// The type of a field, apart from ids and enums.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RustType {
    I16,
    I32,
    I64,
    F32,
    F64,
    Bool,
    String,
    Decimal,
    Json,
    Uuid,
    TextUuid,
    Date,
    Time,
    DateTime,
    DateTimeUtc,
    DateTimeWithTimeZone,
    Bytes,
    /// Of the file `values.rs`: what SQLite may keep in several types.
    Loose,
    List(Box<Self>),
}

/// The types by the names that the type map and the models give them.
const NAMES: [(&str, RustType); 18] = [
    ("i16", RustType::I16),
    ("i32", RustType::I32),
    ("i64", RustType::I64),
    ("f32", RustType::F32),
    ("f64", RustType::F64),
    ("bool", RustType::Bool),
    ("String", RustType::String),
    ("Decimal", RustType::Decimal),
    ("Json", RustType::Json),
    ("Uuid", RustType::Uuid),
    ("TextUuid", RustType::TextUuid),
    ("Date", RustType::Date),
    ("Time", RustType::Time),
    ("DateTime", RustType::DateTime),
    ("DateTimeUtc", RustType::DateTimeUtc),
    ("DateTimeWithTimeZone", RustType::DateTimeWithTimeZone),
    ("Vec<u8>", RustType::Bytes),
    ("Loose", RustType::Loose),
];

impl fmt::Display for RustType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::List(item) = self {
            return write!(f, "Vec<{item}>");
        }
        let name = NAMES.iter().find(|(_, known)| known == self);
        f.write_str(name.map_or("", |(name, _)| name))
    }
}

impl FromStr for RustType {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((_, known)) = NAMES.iter().find(|(name, _)| *name == text) {
            return Ok(known.clone());
        }
        let item = text
            .strip_prefix("Vec<")
            .and_then(|rest| rest.strip_suffix('>'));
        match item.map(str::parse) {
            Some(Ok(item)) => Ok(Self::List(Box::new(item))),
            _ => {
                let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
                Err(format!(
                    "is no type that a column is read as; expected one of {}, or a Vec of one",
                    names.join(", ")
                ))
            }
        }
    }
}

/// The attributes of a column that is read as a type which is not quite its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Casts {
    /// What the column is cast to when it is read.
    pub(super) select_as: Option<String>,
    /// What a value is cast to when it is written.
    pub(super) save_as: Option<String>,
}

impl RustType {
    /// Whether it has a total equality.
    pub(super) fn is_eq(&self) -> bool {
        match self {
            Self::F32 | Self::F64 => false,
            Self::List(item) => item.is_eq(),
            _ => true,
        }
    }

    /// As a field has it.
    pub(super) fn tokens(&self) -> TokenStream {
        match self {
            Self::List(item) => {
                let item = item.tokens();
                quote!(Vec<#item>)
            }
            Self::Bytes => quote!(Vec<u8>),
            other => {
                let name = quote::format_ident!("{}", other.to_string());
                quote!(#name)
            }
        }
    }

    /// The attribute `column_type`, where the Rust type alone does not say it.
    pub(super) fn column_type(&self) -> Option<&'static str> {
        match self {
            Self::F32 => Some("Float"),
            Self::F64 => Some("Double"),
            Self::Json => Some("JsonBinary"),
            Self::Bytes => Some("Blob"),
            _ => None,
        }
    }

    /// How a column of a kind is read and written as this type.
    ///
    /// # Errors
    /// Why it cannot be, as the rest of a sentence that begins with the column.
    pub(super) fn casts(&self, engine: Engine, kind: &Kind) -> Result<Casts, String> {
        use Kind as K;
        let casts = |select_as: Option<&str>, save_as: Option<&str>| Casts {
            select_as: select_as.map(str::to_owned),
            save_as: save_as.map(str::to_owned),
        };
        let is_own = *self == kind.rust(engine) && *self != Self::String;
        let is_sqlite = engine == Engine::Sqlite;
        Ok(match (self, kind) {
            _ if is_own => Casts::default(),
            (Self::String, K::Text(_)) => Casts::default(),
            (Self::String, _) if !is_sqlite => Casts {
                select_as: Some("text".to_owned()),
                save_as: kind.written_as(),
            },
            // SQLite gives a column that is cast another name where rows are returned, so that
            // SeaORM does not find it.
            (Self::I64, K::SmallInteger | K::Integer) if !is_sqlite => casts(Some("bigint"), None),
            (Self::I32, K::SmallInteger) if !is_sqlite => casts(Some("integer"), None),
            (Self::F64, K::Real) if !is_sqlite => casts(Some("double precision"), None),
            (Self::F64, K::Numeric(_)) if !is_sqlite => {
                casts(Some("double precision"), Some("numeric"))
            }
            (Self::F64, K::Numeric(_)) => Casts::default(),
            (Self::Decimal, K::Numeric(_)) => Casts::default(),
            (Self::DateTimeWithTimeZone, K::Timestamptz) => Casts::default(),
            (Self::List(item), K::Array(_)) if **item != Self::Bytes => Casts::default(),
            // Every row of SQLite has a type of its own, and the value is what it is read as.
            (Self::I16 | Self::I32 | Self::Bool, K::SmallInteger | K::Integer | K::BigInteger)
            | (Self::F32, K::Real | K::Double)
            | (Self::DateTimeUtc | Self::DateTimeWithTimeZone, K::Timestamp)
            | (Self::DateTime, K::Timestamptz)
            | (Self::TextUuid, K::Uuid | K::Text(_))
            | (Self::Uuid, K::Bytes)
            | (
                Self::Json | Self::Date | Self::Time | Self::DateTime | Self::DateTimeUtc,
                K::Text(_),
            )
            | (_, K::Untyped)
                if is_sqlite && !matches!(self, Self::List(_)) =>
            {
                Casts::default()
            }
            _ => return Err(format!("cannot be read as a `{self}`")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_and_written_the_same() {
        for (name, kind) in NAMES {
            assert_eq!(name.parse(), Ok(kind.clone()), "{name}");
            assert_eq!(kind.to_string(), name);
        }
        let list: RustType = "Vec<i32>".parse().unwrap();
        assert_eq!(list.tokens().to_string(), "Vec < i32 >");
        assert!("u64".parse::<RustType>().is_err());
    }

    #[test]
    fn a_type_that_the_engine_would_not_give_out_is_refused() {
        let casts = |rust: RustType, kind: &Kind| rust.casts(Engine::Postgres, kind);
        assert!(casts(RustType::I32, &Kind::BigInteger).is_err());
        assert!(casts(RustType::Uuid, &Kind::Text(None)).is_err());
        let wider = casts(RustType::I64, &Kind::Integer).unwrap();
        assert_eq!(wider.select_as.as_deref(), Some("bigint"));
        let text = casts(RustType::String, &Kind::Other("inet".to_owned())).unwrap();
        assert_eq!(text.select_as.as_deref(), Some("text"));
        assert_eq!(text.save_as.as_deref(), Some("inet"));
    }
}
