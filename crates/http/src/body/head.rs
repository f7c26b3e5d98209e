//! What the head of a request says about its body.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
};

use super::{digests::Digests, fault::too_large};
use crate::error::ApiError;

/// The length of a body as its sender announces it; `None` for one that comes in chunks.
#[must_use]
pub fn announced_length(headers: &HeaderMap) -> Option<u64> {
    let value = headers.get(header::CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}

/// Refuses what this server does not take; the digests that the body must have.
pub(super) fn check(request: &Request, max_bytes: Option<u64>) -> Result<Digests, ApiError> {
    let headers = request.headers();
    if announced_length(headers)
        .zip(max_bytes)
        .is_some_and(|(length, most)| length > most)
    {
        return Err(too_large());
    }
    if request.method() == Method::PUT && headers.contains_key(header::CONTENT_RANGE) {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "CONTENT_RANGE_NOT_SUPPORTED",
            "a part of a content cannot be stored: send the whole, without Content-Range",
        ));
    }
    refuse_encodings(headers)?;
    Digests::announced(headers)
}

/// Storing what is compressed as if it were not would be a lie to those who ask for it.
fn refuse_encodings(headers: &HeaderMap) -> Result<(), ApiError> {
    let is_plain = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .all(|line| {
            line.to_str().is_ok_and(|line| {
                line.split(',')
                    .map(str::trim)
                    .all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("identity"))
            })
        });
    if is_plain {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "CONTENT_ENCODING_NOT_SUPPORTED",
        "send the body as it is, without Content-Encoding",
    )
    .with_header(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    ))
}
