//! Answers for paths and methods that no route has.

use axum::http::{Method, StatusCode, Uri};

use crate::error::ApiError;

/// 404 for a path that no route has.
pub(crate) async fn route_not_found(uri: Uri) -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "ROUTE_NOT_FOUND",
        format!("there is nothing at {}", uri.path()),
    )
}

/// 405 for a path that has routes for other methods; axum adds `Allow`.
pub(crate) async fn method_not_allowed(method: Method, uri: Uri) -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        format!("{} does not take {method}", uri.path()),
    )
}
