//! Why nothing could be tried.

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

impl VerifyError {
    /// The exit code with which a command that meets this error ends.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Run(error) => error.exit_code(),
            _ => 69,
        }
    }
}
