//! What import and export have in common: their errors, and work that waits for a disk.

use std::{io, path::PathBuf};

use entity::studio::ArtifactId;

use super::storyboard::Problems;
use crate::{
    error::{DomainError, Kind},
    files::FilesError,
};

/// A production could not be imported or exported. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProductionError {
    /// The content of the folder is no production.
    #[error("{} cannot be imported:\n{problems}", folder.display())]
    Invalid {
        /// The folder.
        folder: PathBuf,
        /// Everything that is wrong with it.
        problems: Problems,
    },
    /// The folder, or a file in it, cannot be read, or can be read no longer.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The folder, or a path within it.
        path: String,
        /// The system's error.
        source: io::Error,
    },
    /// A file was changed by somebody while it was being imported.
    #[error("{path} changed while it was being imported: import the folder again")]
    Changed {
        /// The path within the folder.
        path: String,
    },
    /// A file was not taken by the store.
    #[error("cannot store {path}: {source}")]
    NotStored {
        /// The path within the folder.
        path: String,
        /// The store's error.
        source: FilesError,
    },
    /// The folder to export to has something in it.
    #[error("{} is there already and not empty: name a folder that does not exist yet", folder.display())]
    TargetNotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// The export cannot be written.
    #[error("cannot write {path}: {source}")]
    Unwritable {
        /// The folder, or a path within it.
        path: String,
        /// The system's error.
        source: io::Error,
    },
    /// A stored file is no longer what was stored.
    #[error("the stored file {path} (artifact {artifact}) is damaged")]
    Damaged {
        /// The artifact.
        artifact: ArtifactId,
        /// Its path within the production.
        path: String,
    },
}

impl DomainError for ProductionError {
    fn kind(&self) -> Kind {
        match self {
            Self::Invalid { .. } | Self::Unreadable { .. } | Self::TargetNotEmpty { .. } => {
                Kind::Invalid
            }
            Self::Changed { .. } => Kind::Conflict,
            Self::NotStored { source, .. } => source.kind(),
            Self::Unwritable { .. } => Kind::Unavailable,
            Self::Damaged { .. } => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "PRODUCTION_INVALID",
            Self::Unreadable { .. } => "PRODUCTION_UNREADABLE",
            Self::Changed { .. } => "PRODUCTION_CHANGED",
            Self::NotStored { source, .. } => source.code(),
            Self::TargetNotEmpty { .. } => "TARGET_NOT_EMPTY",
            Self::Unwritable { .. } => "TARGET_UNWRITABLE",
            Self::Damaged { .. } => "ARTIFACT_DAMAGED",
        }
    }
}

/// Runs what waits for a disk where it holds up nobody else.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ProductionError> + Send + 'static,
) -> Result<T, ProductionError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_cancelled) => Err(ProductionError::Unreadable {
                path: "the production".to_owned(),
                source: io::ErrorKind::Interrupted.into(),
            }),
        },
    }
}
