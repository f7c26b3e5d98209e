//! Why nothing could be tried.

use groundwork_error::{DomainError, Kind};
use groundwork_schema::run::RunError;
use sea_orm::DbErr;

use crate::{inspect::InspectError, scratch::ScratchError};

/// Why nothing could be tried.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// No scratch database could be had.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// A schema could not be read.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// The rows of the scratch database could not be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The migrations cannot be run at all.
    #[error(transparent)]
    Run(RunError),
}

/// The rows of a scratch database could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the rows of a scratch database")]
pub struct RowsError {
    #[from]
    source: DbErr,
}

impl DomainError for RowsError {
    fn kind(&self) -> Kind {
        Kind::Unavailable
    }
}

impl DomainError for VerifyError {
    fn kind(&self) -> Kind {
        match self {
            Self::Scratch(error) => error.kind(),
            Self::Inspect(error) => error.kind(),
            Self::Rows(error) => error.kind(),
            Self::Run(error) => error.kind(),
        }
    }
}
