//! Responses that several routes give.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use groundwork_http::{ApiError, Json};
use serde::Serialize;

/// The result of a route.
pub(super) type ApiResult<T> = Result<T, ApiError>;

/// 201 with the path and the view of what was created.
#[derive(Debug)]
pub(super) struct Created<T> {
    /// The path of what was created.
    pub(super) location: String,
    /// What was created.
    pub(super) body: T,
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let location = [(header::LOCATION, self.location)];
        (StatusCode::CREATED, location, Json(self.body)).into_response()
    }
}
