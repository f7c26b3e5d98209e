//! Why a database cannot be adopted.

use groundwork_error::{DomainError, Kind};
use sea_orm::DbErr;

use crate::{diff::Difference, inspect::InspectError, scratch::ScratchError};

/// Why a database cannot be adopted. Nothing has been changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptError {
    /// There is nothing in it.
    #[error("the database has no tables: begin with `migrate new`")]
    Empty,
    /// The statements do not give the same catalog.
    #[error(
        "replaying what was read does not give the same catalog:\n{}",
        .0.iter().map(|difference| format!("  {difference}")).collect::<Vec<_>>().join("\n")
    )]
    Unequal(Vec<Difference>),
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
            Self::Empty | Self::Unequal(_) | Self::Refused { .. } => Kind::Invalid,
            Self::Inspect(error) => error.kind(),
            Self::Scratch(error) => error.kind(),
        }
    }
}
