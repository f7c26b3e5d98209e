//! The objects of a schema, by what they are and how they are called.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

/// Something that a schema holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Object {
    /// The table (or view) that it belongs to, if it belongs to one.
    pub table: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Its name; of a constraint without one, what it is about in parentheses.
    pub name: String,
}

/// What an engine itself says about an object, beyond what the model of a schema has a place for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The schema that it is in, if that is not the current one (PostgreSQL).
    pub space: Option<String>,
    /// The statements that make it, or parts of them, each under what it is about.
    pub statements: BTreeMap<String, String>,
    /// The properties that the catalog keeps of it, by the names of the catalog's columns.
    pub flags: BTreeMap<String, String>,
}

macro_rules! kinds {
    ($($kind:ident = $words:literal,)*) => {
        /// What an object is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum Kind {
            $($kind,)*
        }

        impl Kind {
            /// The kind that is called so; what has no name of its own is `Unsupported`.
            #[must_use]
            pub fn of_words(words: &str) -> Self {
                match words {
                    $($words => Self::$kind,)*
                    _ => Self::Unsupported,
                }
            }

            const fn words(self) -> &'static str {
                match self {
                    $(Self::$kind => $words,)*
                }
            }
        }
    };
}

kinds! {
    Schema = "schema",
    Extension = "extension",
    Collation = "collation",
    Enum = "enumerated type",
    Domain = "domain",
    CompositeType = "composite type",
    RangeType = "range type",
    BaseType = "base type",
    Function = "function",
    Aggregate = "aggregate",
    Operator = "operator",
    Cast = "cast",
    TextSearchDictionary = "text search dictionary",
    TextSearchConfiguration = "text search configuration",
    Sequence = "sequence",
    Table = "table",
    ForeignTable = "foreign table",
    Column = "column",
    PrimaryKey = "primary key",
    Unique = "unique constraint",
    ForeignKey = "foreign key",
    Check = "check",
    Exclusion = "exclusion constraint",
    Index = "index",
    Statistics = "extended statistics",
    Rule = "rule",
    Trigger = "trigger",
    Policy = "row security policy",
    VirtualTable = "virtual table",
    View = "view",
    // An object of a kind that has no name here.
    Unsupported = "object",
}

impl Object {
    /// A table of this name.
    #[must_use]
    pub fn table(name: &str) -> Self {
        Self {
            table: Some(name.to_owned()),
            kind: Kind::Table,
            name: name.to_owned(),
        }
    }

    /// The table and the view either of which this may be a part of.
    #[must_use]
    pub fn owners(&self) -> Option<[Self; 3]> {
        let table = self.table.as_deref()?;
        if matches!(self.kind, Kind::Table | Kind::ForeignTable) {
            return None;
        }
        let view = Self {
            table: None,
            kind: Kind::View,
            name: table.to_owned(),
        };
        let foreign = Self {
            kind: Kind::ForeignTable,
            ..Self::table(table)
        };
        Some([Self::table(table), view, foreign])
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.table {
            Some(table) if !matches!(self.kind, Kind::Table | Kind::ForeignTable) => {
                write!(f, "{} {} of table {table}", self.kind, self.name)
            }
            _ => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}
