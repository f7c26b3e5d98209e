//! Why a database cannot be adopted.

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

impl AdoptError {
    /// The exit code with which a command that meets this error ends.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Empty | Self::Unequal(_) | Self::Refused { .. } => 65,
            Self::Inspect(_) | Self::Scratch(_) => 69,
        }
    }
}
