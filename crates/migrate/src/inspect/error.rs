//! Why a schema could not be read.

use groundwork_error::{DomainError, Kind};
use groundwork_naming::UnknownEngine;
use sea_orm::DbErr;

/// Why a schema could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The catalog did not answer.
    #[error("cannot read {what} from the catalog")]
    Catalog {
        /// What was asked for.
        what: &'static str,
        /// What the database says.
        source: DbErr,
    },
    /// The database is neither SQLite nor PostgreSQL.
    #[error("schemas can be read from SQLite and PostgreSQL only")]
    Engine(#[from] UnknownEngine),
}

impl DomainError for InspectError {
    fn kind(&self) -> Kind {
        Kind::Unavailable
    }
}
