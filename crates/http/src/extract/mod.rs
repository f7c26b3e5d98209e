//! Extractors whose refusals have the form of all errors, and name the field, line or parameter at
//! fault.

mod json;

use std::borrow::Cow;

use axum::{
    body::Bytes,
    extract::{
        self, FromRequest, FromRequestParts, RawPathParams, Request,
        path::ErrorKind,
        rejection::{BytesRejection, FailedToBufferBody, PathRejection},
    },
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::{ApiError, FieldError};

/// A body of JSON. As an extractor it refuses another content type (415), what is no JSON (400),
/// what has the wrong fields (422) and what is too large (413).
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(
    /// What the body holds.
    pub T,
);

/// A body as it comes, whatever it holds; refuses what is too large (413).
#[derive(Clone, Debug)]
pub struct RawBody(
    /// All of it.
    pub Bytes,
);

/// The parameters of the path; refuses those of the wrong type, such as a broken UUID, and those that
/// hold NUL, with 422.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(
    /// One parameter, or a tuple of them.
    pub T,
);

/// The query; refuses parameters that are missing, of the wrong type, or that hold NUL, with 422.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(
    /// The parameters.
    pub T,
);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        require_json(request.headers())?;
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| refuse_body(&rejection))?;
        json::parse(&body).map(Self)
    }
}

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = Bytes::from_request(request, state).await;
        body.map(Self).map_err(|rejection| refuse_body(&rejection))
    }
}

fn require_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|value| value.trim().to_ascii_lowercase())
        .unwrap_or_default();
    if media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
    {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "UNSUPPORTED_MEDIA_TYPE",
        "the body must be JSON, with the header Content-Type: application/json",
    ))
}

fn refuse_body(rejection: &BytesRejection) -> ApiError {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            crate::body::too_large()
        }
        // The sender is gone, or broke off.
        _ => ApiError::new(
            StatusCode::BAD_REQUEST,
            "BODY_UNREADABLE",
            "the body could not be read to its end",
        ),
    }
}

/// The fault of a parameter. serde names a missing field in its message only, in backticks.
fn query_fault(path: &str, message: &str) -> FieldError {
    let missing = message.strip_prefix("missing field `");
    let missing = missing.and_then(|rest| rest.strip_suffix('`'));
    let (field, code, detail) = match missing {
        Some(name) => (name, "MISSING_FIELD", "is missing"),
        None if message.starts_with("unknown field") => (path, "UNKNOWN_FIELD", message),
        None if message.contains("invalid digit") || message.contains("from empty string") => {
            (path, "INVALID_VALUE", "must be a number")
        }
        None => (path, "INVALID_VALUE", message),
    };
    FieldError {
        field: Some(field.to_owned()).filter(|field| !matches!(field.as_str(), "." | "?" | "")),
        detail: detail.to_owned(),
        code: Cow::Borrowed(code),
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(extract::Path(value)) => {
                refuse_nul_in_path(parts, state).await?;
                Ok(Self(value))
            }
            Err(rejection) => {
                let names = path_names(parts, state).await;
                Err(refuse_path(rejection, &names))
            }
        }
    }
}

async fn refuse_nul_in_path<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<(), ApiError> {
    if !parts.uri.path().contains("%00") {
        return Ok(());
    }
    let params = RawPathParams::from_request_parts(parts, state).await;
    match params {
        Ok(params) => refuse_nul(params.iter()),
        Err(_) => Ok(()),
    }
}

/// PostgreSQL takes no text with NUL, not even to compare with, and no engine stores one: it can
/// match nothing.
fn refuse_nul<'a>(params: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), ApiError> {
    let faults: Vec<FieldError> = params
        .into_iter()
        .filter(|(name, value)| name.contains('\0') || value.contains('\0'))
        .map(|(name, _)| FieldError {
            field: Some(name.replace('\0', "\u{fffd}")),
            detail: "contains a NUL character (U+0000), which no stored text contains".to_owned(),
            code: Cow::Borrowed("INVALID_VALUE"),
        })
        .collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(ApiError::validation(faults)),
    }
}

async fn path_names<S: Send + Sync>(parts: &mut Parts, state: &S) -> Vec<String> {
    RawPathParams::from_request_parts(parts, state)
        .await
        .map(|params| params.iter().map(|(name, _)| name.to_owned()).collect())
        .unwrap_or_default()
}

fn refuse_path(rejection: PathRejection, names: &[String]) -> ApiError {
    let PathRejection::FailedToDeserializePathParams(failure) = rejection else {
        return ApiError::internal(&rejection);
    };
    let only = || match names {
        [name] => Some(name.clone()),
        _ => None,
    };
    let expected = |kind: &str| format!("must be {}", json::expected(kind));
    let (field, detail) = match failure.kind() {
        ErrorKind::DeserializeError { key, message, .. } => (Some(key.clone()), message.clone()),
        ErrorKind::ParseErrorAtKey {
            key, expected_type, ..
        } => (Some(key.clone()), expected(expected_type)),
        ErrorKind::ParseErrorAtIndex {
            index,
            expected_type,
            ..
        } => (names.get(*index).cloned(), expected(expected_type)),
        ErrorKind::ParseError { expected_type, .. } => (only(), expected(expected_type)),
        ErrorKind::InvalidUtf8InPathParam { key } => {
            (Some(key.clone()), "must be UTF-8".to_owned())
        }
        ErrorKind::Message(message) => (only(), message.clone()),
        // The handler asks for other parameters than its route has.
        _ => return ApiError::internal(&failure),
    };
    ApiError::validation(vec![FieldError {
        field,
        detail,
        code: Cow::Borrowed("INVALID_VALUE"),
    }])
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        if query.contains("%00") {
            let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
            refuse_nul(pairs.iter().map(|(name, value)| (&**name, &**value)))?;
        }
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(pairs)
            .map(Self)
            .map_err(|error| {
                let path = error.path().to_string();
                ApiError::validation(vec![query_fault(&path, &error.into_inner().to_string())])
            })
    }
}

#[cfg(test)]
mod tests;
