//! What can be wrong with a body, as answers.

use axum::http::StatusCode;

use crate::error::ApiError;

/// What was wrong with a body while it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("the body is larger than this server takes")]
    TooLarge,
    #[error("the body stalled")]
    Stalled,
    #[error("the body is not the one whose {0} was announced")]
    Differs(&'static str),
}

impl Fault {
    pub(super) fn into_error(self) -> ApiError {
        match self {
            Self::TooLarge => too_large().closing(),
            Self::Stalled => stalled(),
            Self::Differs(_) => {
                ApiError::new(StatusCode::BAD_REQUEST, "DIGEST_MISMATCH", self.to_string())
            }
        }
    }
}

/// 413 for a body that is too large.
pub(crate) fn too_large() -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "BODY_TOO_LARGE",
        Fault::TooLarge.to_string(),
    )
}

/// 408 for a body that does not go on.
pub(super) fn stalled() -> ApiError {
    tracing::warn!("the body of a request stalled");
    ApiError::new(
        StatusCode::REQUEST_TIMEOUT,
        "BODY_STALLED",
        "nothing more came of the body for too long",
    )
    .closing()
}
