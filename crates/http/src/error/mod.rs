//! The one form of every error response, and the one place that turns kinds of errors into
//! statuses.
//!
//! ```json
//! {"detail": "no project …", "code": "PROJECT_NOT_FOUND",
//!  "type": "/docs/errors/PROJECT_NOT_FOUND", "title": "Project not found", "status": 404}
//! {"detail": "title: must not be empty", "code": "VALIDATION_FAILED", "field": "title",
//!  "errors": [{"field": "title", "detail": "must not be empty", "code": "INVALID_VALUE"}],
//!  "type": "/docs/errors/VALIDATION_FAILED", "title": "Validation failed", "status": 422}
//! ```
//!
//! `type`, `title` and `status` are what RFC 9457 adds; a caller that accepts
//! `application/problem+json` gets the same body under that name.
//!
//! `detail` and `field` are those of the first fault. Every 422 has `errors`, also for one field
//! alone, so that a client has one way to show them; no other status has.

use std::{borrow::Cow, error::Error, fmt::Write, time::Duration};

use axum::{
    Extension,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use groundwork_core::error::{DomainError, Kind};
use serde::Serialize;
use utoipa::ToSchema;

/// An error as a response. Every [`DomainError`] turns into one with `?`.
///
/// ```
/// use axum::http::StatusCode;
/// use groundwork_core::db::DbError;
/// use groundwork_http::ApiError;
///
/// fn handler() -> Result<(), ApiError> {
///     Err(DbError::Closed)?
/// }
///
/// let error = handler().expect_err("the database is closed");
/// assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
/// assert_eq!(error.body().code, "DATABASE_CLOSED");
/// ```
#[derive(Debug)]
pub struct ApiError(Box<ErrorResponse>);

#[derive(Debug)]
struct ErrorResponse {
    status: StatusCode,
    body: ErrorBody,
    headers: HeaderMap,
}

/// The body of every error; also a problem of RFC 9457.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Error)]
pub struct ErrorBody {
    /// What is wrong, for people.
    #[schema(example = "title: must not be empty")]
    pub detail: String,
    /// What is wrong, for programs: stable, in capitals.
    #[schema(value_type = String, example = "VALIDATION_FAILED")]
    pub code: Cow<'static, str>,
    /// The field of the request at fault, the first of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, example = "title", extensions(("x-optional" = json!(true))))]
    pub field: Option<String>,
    /// Each fault of the request; only with status 422.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The page about the code.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/docs/errors/VALIDATION_FAILED")]
    pub page: String,
    /// The code in words.
    #[schema(example = "Validation failed")]
    pub title: String,
    /// The status of the response.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    pub status: u16,
}

/// One fault of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The path of the field, such as `scenes[2].start_prompt`; `None` for the whole.
    #[schema(example = "title")]
    pub field: Option<String>,
    /// What is wrong, for people.
    #[schema(example = "must not be empty")]
    pub detail: String,
    /// What is wrong, for programs.
    #[schema(value_type = String, example = "INVALID_VALUE")]
    pub code: Cow<'static, str>,
}

impl ErrorBody {
    fn new(status: StatusCode, code: Cow<'static, str>, detail: String) -> Self {
        Self {
            detail,
            page: format!("/docs/errors/{code}"),
            title: in_words(&code),
            status: status.as_u16(),
            code,
            field: None,
            errors: Vec::new(),
        }
    }

    /// A body as the documentation shows it.
    pub(crate) fn example(status: u16, code: &str, detail: &str, errors: Vec<FieldError>) -> Self {
        let known = StatusCode::from_u16(status).unwrap_or_default();
        let body = Self::new(known, code.to_owned().into(), detail.to_owned());
        Self {
            field: errors.first().and_then(|fault| fault.field.clone()),
            errors,
            ..body
        }
    }
}

/// `PROJECT_NOT_FOUND` is "Project not found".
fn in_words(code: &str) -> String {
    let words = code.to_ascii_lowercase().replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// That a response is an error of this form: an extension of the response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IsError;

/// When to try again what is unavailable at present.
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl ApiError {
    /// An answer with a status, a code and a text.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(ErrorResponse {
            status,
            body: ErrorBody::new(status, Cow::Borrowed(code), detail.into()),
            headers: HeaderMap::new(),
        }))
    }

    /// 422 with the faults of a request, at least one.
    #[must_use]
    pub fn validation(errors: Vec<FieldError>) -> Self {
        let (field, mut detail) = match errors.first() {
            Some(FieldError {
                field: Some(field),
                detail,
                ..
            }) => (Some(field.clone()), format!("{field}: {detail}")),
            Some(FieldError { detail, .. }) => (None, detail.clone()),
            None => (None, "the request has a fault".to_owned()),
        };
        match errors.len() {
            0 | 1 => {}
            2 => detail.push_str(" (and another fault)"),
            all => detail.push_str(&format!(" (and {} other faults)", all - 1)),
        }
        let mut answer = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "VALIDATION_FAILED",
            detail,
        );
        answer.0.body.field = field;
        answer.0.body.errors = errors;
        answer
    }

    /// 500 for a fault of the program: the whole chain goes to the log, nothing to the caller.
    #[must_use]
    pub fn internal(error: &(dyn Error + 'static)) -> Self {
        tracing::error!(error = chain(error), "the request failed");
        Self::unexplained()
    }

    /// The 500 without a reason, which has been logged.
    pub(crate) fn unexplained() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL_ERROR",
            "Internal server error",
        )
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    /// The same answer, saying when to try again.
    #[must_use]
    pub fn with_retry_after(self, wait: Duration) -> Self {
        self.with_header(header::RETRY_AFTER, wait.as_secs().max(1).into())
    }

    /// The same answer, as the last on its connection: what follows of the request is not read.
    #[must_use]
    pub(crate) fn closing(self) -> Self {
        self.with_header(header::CONNECTION, HeaderValue::from_static("close"))
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &ErrorBody {
        &self.0.body
    }

    fn of_domain(status: StatusCode, error: &dyn DomainError) -> Self {
        let mut answer = Self::new(status, error.code(), error.to_string());
        let field = error.field().map(str::to_owned);
        if status == StatusCode::UNPROCESSABLE_ENTITY {
            answer.0.body.errors = vec![FieldError {
                field: field.clone(),
                detail: error.to_string(),
                code: Cow::Borrowed(error.code()),
            }];
        }
        answer.0.body.field = field;
        answer
    }
}

impl<E: DomainError> From<E> for ApiError {
    fn from(error: E) -> Self {
        match error.kind() {
            Kind::NotFound => Self::of_domain(StatusCode::NOT_FOUND, &error),
            Kind::Conflict | Kind::AlreadyExists => Self::of_domain(StatusCode::CONFLICT, &error),
            Kind::Usage => Self::of_domain(StatusCode::BAD_REQUEST, &error),
            Kind::Invalid => Self::of_domain(StatusCode::UNPROCESSABLE_ENTITY, &error),
            Kind::TooLarge => Self::of_domain(StatusCode::PAYLOAD_TOO_LARGE, &error),
            Kind::Unauthenticated => {
                Self::of_domain(StatusCode::UNAUTHORIZED, &error).with_challenge()
            }
            Kind::Forbidden => Self::of_domain(StatusCode::FORBIDDEN, &error),
            Kind::Unavailable => {
                tracing::warn!(error = chain(&error), "unavailable at present");
                Self::of_domain(StatusCode::SERVICE_UNAVAILABLE, &error)
                    .with_retry_after(RETRY_AFTER)
            }
            Kind::Full => {
                tracing::warn!(error = chain(&error), "no space is left");
                Self::of_domain(StatusCode::INSUFFICIENT_STORAGE, &error)
            }
            Kind::TimedOut => {
                tracing::warn!(error = chain(&error), "a time limit ran out");
                Self::of_domain(StatusCode::GATEWAY_TIMEOUT, &error)
            }
            Kind::Damaged => {
                tracing::error!(error = chain(&error), "what is stored is damaged");
                Self::of_domain(StatusCode::INTERNAL_SERVER_ERROR, &error)
            }
            Kind::Configuration | Kind::Internal => Self::internal(&error),
        }
    }
}

impl ApiError {
    /// What RFC 9110 asks of a 401: how to authenticate.
    pub(crate) fn with_challenge(self) -> Self {
        self.with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let ErrorResponse {
            status,
            body,
            headers,
        } = *self.0;
        (status, headers, Extension(IsError), axum::Json(body)).into_response()
    }
}

/// An error and all its sources, in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        // Writing to a text cannot fail.
        let _ = write!(text, ": {error}");
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
