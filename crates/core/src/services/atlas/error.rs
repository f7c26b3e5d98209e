//! What can go wrong in the atlas.

use entity::atlas::{TranscriptId, VideoId};

use crate::{
    db::DbError,
    error::{DomainError, Kind},
};

/// A request to the atlas could not be fulfilled; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AtlasError {
    /// No such video (any more).
    #[error("there is no video {video}")]
    VideoNotFound {
        /// The video asked for.
        video: VideoId,
    },
    /// No such transcript (any more).
    #[error("there is no transcript {transcript}")]
    TranscriptNotFound {
        /// The transcript asked for.
        transcript: TranscriptId,
    },
    /// A field of the request has a value that it cannot have.
    #[error("{field} {expected}")]
    InvalidValue {
        /// The field.
        field: &'static str,
        /// What it must be, to continue a sentence.
        expected: String,
    },
    /// A row that was there a moment ago is gone: somebody else has removed it meanwhile.
    #[error("{what} was removed meanwhile: try again")]
    Lost {
        /// What is gone.
        what: &'static str,
    },
    /// The database failed, or the unit of work could not begin or be kept.
    #[error(transparent)]
    Database(Box<DbError>),
}

impl DomainError for AtlasError {
    fn kind(&self) -> Kind {
        match self {
            Self::VideoNotFound { .. } | Self::TranscriptNotFound { .. } => Kind::NotFound,
            Self::InvalidValue { .. } => Kind::Invalid,
            Self::Lost { .. } => Kind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::VideoNotFound { .. } => "VIDEO_NOT_FOUND",
            Self::TranscriptNotFound { .. } => "TRANSCRIPT_NOT_FOUND",
            Self::InvalidValue { .. } => "VALIDATION_FAILED",
            Self::Lost { .. } => "REMOVED_MEANWHILE",
            Self::Database(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::InvalidValue { field, .. } => Some(field),
            _ => None,
        }
    }
}

impl From<DbError> for AtlasError {
    fn from(error: DbError) -> Self {
        Self::Database(Box::new(error))
    }
}
