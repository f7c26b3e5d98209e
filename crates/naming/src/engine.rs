//! The two engines, and what each can do.

use std::fmt;

/// Which engine stores the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
pub enum Engine {
    /// SQLite, embedded: one file and one writer.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// What an engine can do. Code that needs to know asks for the capability, not for the engine, so
/// that a third engine answers for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether `ALTER TABLE` changes types, constraints and keys; where not, the table is rebuilt.
    pub alters_tables: bool,
    /// Whether a row can be locked by `SELECT … FOR UPDATE`; where not, a writer has the whole
    /// database to itself.
    pub locks_rows: bool,
    /// Whether rows can be sent in bulk by `COPY`.
    pub copies_rows: bool,
    /// Whether an index can be made without keeping writers out.
    pub indexes_concurrently: bool,
    /// Whether a violated constraint is reported by name.
    pub names_violations: bool,
    /// The most parameters that one statement takes.
    pub max_parameters: usize,
}

impl Engine {
    /// Both engines, in the order in which tests and reports name them.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// What it can do.
    #[must_use]
    pub const fn capabilities(self) -> Capabilities {
        match self {
            Self::Sqlite => Capabilities {
                alters_tables: false,
                locks_rows: false,
                copies_rows: false,
                indexes_concurrently: false,
                names_violations: false,
                max_parameters: 32_766,
            },
            Self::Postgres => Capabilities {
                alters_tables: true,
                locks_rows: true,
                copies_rows: true,
                indexes_concurrently: true,
                names_violations: true,
                max_parameters: 65_535,
            },
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(feature = "sea-orm")]
impl Engine {
    /// SeaORM's name for it, for code that builds statements by hand.
    #[must_use]
    pub fn backend(self) -> sea_orm::DbBackend {
        self.into()
    }
}

/// SeaORM knows an engine that Groundwork does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownEngine;

impl fmt::Display for UnknownEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the database is neither SQLite nor PostgreSQL")
    }
}

impl std::error::Error for UnknownEngine {}

#[cfg(feature = "sea-orm")]
impl TryFrom<sea_orm::DbBackend> for Engine {
    type Error = UnknownEngine;

    fn try_from(backend: sea_orm::DbBackend) -> Result<Self, UnknownEngine> {
        match backend {
            sea_orm::DbBackend::Sqlite => Ok(Self::Sqlite),
            sea_orm::DbBackend::Postgres => Ok(Self::Postgres),
            _ => Err(UnknownEngine),
        }
    }
}

#[cfg(feature = "sea-orm")]
impl From<Engine> for sea_orm::DbBackend {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::Sqlite,
            Engine::Postgres => Self::Postgres,
        }
    }
}
