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

/// The response to a PUT: 201 if it was the first, 200 if it has replaced another.
#[derive(Debug)]
pub(super) struct Put<T> {
    /// Whether there was one before.
    pub(super) has_replaced: bool,
    /// The path of what was stored.
    pub(super) location: String,
    /// What was stored.
    pub(super) body: T,
}

impl<T: Serialize> IntoResponse for Put<T> {
    fn into_response(self) -> Response {
        let status = match self.has_replaced {
            true => StatusCode::OK,
            false => StatusCode::CREATED,
        };
        let location = [(header::LOCATION, self.location)];
        (status, location, Json(self.body)).into_response()
    }
}
