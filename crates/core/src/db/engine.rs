//! The two engines.

use std::fmt;

use sea_orm::DbBackend;

use crate::config;

/// Which engine stores the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// SQLite, embedded: one file and one writer.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

impl Engine {
    /// The engine that a URL leads to.
    #[must_use]
    pub fn of(url: &config::DatabaseUrl) -> Self {
        match url.scheme() {
            config::Scheme::Sqlite => Self::Sqlite,
            config::Scheme::Postgres => Self::Postgres,
        }
    }

    /// SeaORM's name for it, for code that builds statements by hand.
    #[must_use]
    pub fn backend(self) -> DbBackend {
        match self {
            Self::Sqlite => DbBackend::Sqlite,
            Self::Postgres => DbBackend::Postgres,
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}
