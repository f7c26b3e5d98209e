//! Responses with the content of a stored file: streamed, cacheable, resumable (RFC 9110, sections
//! 13 and 14).

mod conditions;
mod range;

use std::{convert::Infallible, io::SeekFrom, time::SystemTime};

use axum::{
    body::Body,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures_util::TryStreamExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeek, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use self::{
    conditions::{Outcome, Validators},
    range::Part,
};
use crate::error::ApiError;

/// A stored file, ready to be read.
#[derive(Clone, Debug)]
pub struct Content<R> {
    /// The media type, such as `image/png`.
    pub media_type: String,
    /// The size of the whole.
    pub size_bytes: u64,
    /// The BLAKE3 of the whole, in hexadecimal: its strong `ETag`.
    pub blake3: String,
    /// When it was last modified, if that is known.
    pub modified_at: Option<SystemTime>,
    /// The name to save it under; only what follows the last `/` counts.
    pub name: String,
    /// Reads the whole from its beginning.
    pub reader: R,
}

/// What a request says about the content that it wants: conditions and a range.
#[derive(Clone, Debug)]
pub struct ContentRequest {
    method: Method,
    headers: HeaderMap,
}

/// How much is read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

impl<S: Send + Sync> FromRequestParts<S> for ContentRequest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            method: parts.method.clone(),
            headers: parts.headers.clone(),
        })
    }
}

impl ContentRequest {
    /// The answer: 200 with the whole, 206 with the one range that was asked for, 304 if the caller
    /// has it already, 412 if it is not what the caller means, 416 if the range is outside; the head
    /// alone for `HEAD`.
    ///
    /// # Errors
    /// 412, 416; 500 if the content cannot be read at the place where the range starts.
    pub async fn answer<R>(self, mut content: Content<R>) -> Result<Response, ApiError>
    where
        R: AsyncRead + AsyncSeek + Send + Unpin + 'static,
    {
        content.modified_at = content.modified_at.filter(conditions::fits_a_header);
        let etag = format!("\"{}\"", content.blake3);
        let validators = Validators {
            etag: &etag,
            modified_at: content.modified_at,
        };
        let mut headers = describe(&content, &etag);
        match conditions::evaluate(&self.headers, &validators) {
            Outcome::Send => {}
            Outcome::NotModified => {
                return Ok((StatusCode::NOT_MODIFIED, cache_headers(&headers)).into_response());
            }
            Outcome::Failed => return Err(precondition_failed()),
        }
        let size = content.size_bytes;
        let (status, first, length) = match self.part(size, &validators) {
            Part::Whole => (StatusCode::OK, 0, size),
            Part::Range(range) => {
                let (first, last) = range.into_inner();
                let place = format!("bytes {first}-{last}/{size}");
                set(&mut headers, header::CONTENT_RANGE, &place);
                (StatusCode::PARTIAL_CONTENT, first, last - first + 1)
            }
            Part::Unsatisfiable => return Err(unsatisfiable(size)),
        };
        headers.insert(header::CONTENT_LENGTH, length.into());
        if self.method == Method::HEAD {
            return Ok((status, headers, Body::empty()).into_response());
        }
        let body = stream(content.reader, first, length).await?;
        Ok((status, headers, body).into_response())
    }

    /// Only GET has ranges.
    fn part(&self, size: u64, validators: &Validators<'_>) -> Part {
        if self.method == Method::GET && conditions::range_counts(&self.headers, validators) {
            range::part(&self.headers, size)
        } else {
            Part::Whole
        }
    }
}

fn describe<R>(content: &Content<R>, etag: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    set(&mut headers, header::CONTENT_TYPE, &content.media_type);
    set(&mut headers, header::ETAG, etag);
    if let Some(modified_at) = content.modified_at {
        let date = httpdate::fmt_http_date(modified_at);
        set(&mut headers, header::LAST_MODIFIED, &date);
    }
    set(&mut headers, header::ACCEPT_RANGES, "bytes");
    // Kept by the caller, and asked about each time: rights may change.
    set(&mut headers, header::CACHE_CONTROL, "private, no-cache");
    let disposition = disposition(&content.media_type, &content.name);
    set(&mut headers, header::CONTENT_DISPOSITION, &disposition);
    headers
}

/// Leaves out what cannot be a header's value.
fn set(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The headers of the 200 that a 304 repeats.
fn cache_headers(headers: &HeaderMap) -> HeaderMap {
    [header::ETAG, header::LAST_MODIFIED, header::CACHE_CONTROL]
        .into_iter()
        .filter_map(|name| Some((name.clone(), headers.get(name)?.clone())))
        .collect()
}

fn precondition_failed() -> ApiError {
    ApiError::new(
        StatusCode::PRECONDITION_FAILED,
        "PRECONDITION_FAILED",
        "the content is not the one that If-Match or If-Unmodified-Since asks for",
    )
}

fn unsatisfiable(size: u64) -> ApiError {
    let error = ApiError::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "RANGE_NOT_SATISFIABLE",
        format!("the content has {size} bytes, and the range is outside"),
    );
    match HeaderValue::from_str(&format!("bytes */{size}")) {
        Ok(value) => error.with_header(header::CONTENT_RANGE, value),
        Err(_) => error,
    }
}

/// Pictures, sound and film may show in place; anything else, and pictures that can hold scripts,
/// is only ever saved. The name is given twice (RFC 6266): in ASCII, and in full.
fn disposition(media_type: &str, name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let shows = ["image/", "audio/", "video/"]
        .iter()
        .any(|kind| media_type.starts_with(kind))
        && !media_type.contains("svg");
    let kind = if shows { "inline" } else { "attachment" };
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' => '_',
            c if c.is_ascii() && !c.is_ascii_control() => c,
            _ => '_',
        })
        .collect();
    let full: String = name.bytes().map(encoded).collect();
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

/// A byte of an extended value: `attr-char` of RFC 8187 as it is, the others in percent.
fn encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

async fn stream<R>(mut reader: R, first: u64, length: u64) -> Result<Body, ApiError>
where
    R: AsyncRead + AsyncSeek + Send + Unpin + 'static,
{
    if first > 0 {
        reader
            .seek(SeekFrom::Start(first))
            .await
            .map_err(|error| ApiError::internal(&error))?;
    }
    // The status has been sent when this fails: the connection breaks off, which the caller
    // notices by the length.
    let chunks = ReaderStream::with_capacity(reader.take(length), CHUNK_BYTES)
        .inspect_err(|error| tracing::error!(%error, "content could not be read to its end"));
    Ok(Body::from_stream(chunks))
}

#[cfg(test)]
mod tests;
