//! Requests that are refused before a route sees them: hyper could not read them, or HTTP forbids
//! them. They go through the service nevertheless, for their id, their headers and their line in
//! the log.

use std::time::Duration;

use axum::{
    extract::Request,
    http::{StatusCode, Version, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::error::ApiError;

/// When to try again what found no room.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why a request is refused: an extension of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    status: StatusCode,
    code: &'static str,
    detail: &'static str,
}

impl Refused {
    /// What the server answers with a status without a request that it could read.
    pub(crate) fn without_request(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::URI_TOO_LONG => ("URI_TOO_LONG", "the path and query are too long"),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
                ("HEADERS_TOO_LARGE", "the headers are too long, or too many")
            }
            StatusCode::REQUEST_TIMEOUT => (
                "HEAD_TIMED_OUT",
                "the head of the request did not come in time",
            ),
            StatusCode::SERVICE_UNAVAILABLE => (
                "TOO_MANY_CONNECTIONS",
                "as many connections are open as there may be (http.max_connections)",
            ),
            _ => (
                "REQUEST_MALFORMED",
                "this is not a request of HTTP/1.1 or HTTP/1.0",
            ),
        };
        Self {
            status,
            code,
            detail,
        }
    }

    /// What HTTP forbids (RFC 9112, sections 3.2 and 6.1) and hyper lets pass.
    pub(crate) fn by_head<B>(request: &Request<B>) -> Option<Self> {
        let hosts = request.headers().get_all(header::HOST).iter().count();
        if hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11) {
            return Some(Self {
                status: StatusCode::BAD_REQUEST,
                code: "HOST_INVALID",
                detail: "a request has one header Host",
            });
        }
        let mut codings = request.headers().get_all(header::TRANSFER_ENCODING).iter();
        let is_known = match (codings.next(), codings.next()) {
            (None, _) => true,
            (Some(coding), None) => coding
                .as_bytes()
                .trim_ascii()
                .eq_ignore_ascii_case(b"chunked"),
            _ => false,
        };
        (!is_known).then_some(Self {
            status: StatusCode::NOT_IMPLEMENTED,
            code: "TRANSFER_ENCODING_NOT_SUPPORTED",
            detail: "the only Transfer-Encoding of this server is chunked",
        })
    }

    pub(crate) fn into_error(self) -> ApiError {
        let error = ApiError::new(self.status, self.code, self.detail).closing();
        match self.status {
            StatusCode::SERVICE_UNAVAILABLE => error.with_retry_after(RETRY_AFTER),
            _ => error,
        }
    }
}

/// Answers a refused request.
pub(crate) async fn answer(request: Request, next: Next) -> Response {
    match request.extensions().get::<Refused>() {
        Some(refused) => refused.into_error().into_response(),
        None => next.run(request).await,
    }
}
