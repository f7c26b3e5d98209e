//! Why nothing could be tried.

use groundwork_error::{DomainError, Kind};
use groundwork_schema::run::RunError;

use super::rows::RowsError;
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
