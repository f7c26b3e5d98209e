//! Why a database cannot be adopted.

use groundwork_error::{DomainError, Kind};
use sea_orm::DbErr;

use crate::{inspect::InspectError, scratch::ScratchError};

/// Why a database cannot be adopted. Nothing has been changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptError {
    /// There is nothing in it.
    #[error("the database has no tables: begin with `migrate new`")]
    Empty,
    /// A scratch schema has no room for further schemas.
    #[error(
        "the database has the schemas {}: they can be proved in a new database only; adopt it with a \
         role that may create one, without --scratch-url",
        .0.join(", ")
    )]
    Schemas(Vec<String>),
    /// A statement is refused.
    #[error("replaying what was read fails at: {statement}")]
    Refused {
        /// The statement.
        statement: String,
        /// What the database says.
        source: DbErr,
    },
    /// The schema could not be read.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// No scratch database could be had.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
}

impl DomainError for AdoptError {
    fn kind(&self) -> Kind {
        match self {
            Self::Empty | Self::Schemas(_) | Self::Refused { .. } => Kind::Invalid,
            Self::Inspect(error) => error.kind(),
            Self::Scratch(error) => error.kind(),
        }
    }
}
