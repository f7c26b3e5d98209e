//! Answers that several routes give.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use groundwork_http::{ApiError, Json};
use serde::Serialize;

/// What a route answers.
pub(super) type Answer<T> = Result<T, ApiError>;

/// 201: it was made, is found at `location`, and looks like this.
#[derive(Debug)]
pub(super) struct Created<T> {
    /// The path of what was made.
    pub(super) location: String,
    /// What was made.
    pub(super) body: T,
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let location = [(header::LOCATION, self.location)];
        (StatusCode::CREATED, location, Json(self.body)).into_response()
    }
}
