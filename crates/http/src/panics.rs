//! What a panic of a handler costs: an answer, never the server.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::error::ApiError;

/// Logs a panic of a handler, and answers 500.
pub(crate) fn answer_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = message, "a handler panicked");
    ApiError::unexplained().into_response()
}
