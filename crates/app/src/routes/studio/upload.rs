//! A file as the body of a request.

use std::{io, pin::Pin};

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header},
};
use futures_util::TryStreamExt;
use groundwork_core::services::studio::{StudioError, Upload};
use groundwork_http::{ApiError, Query};
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::io::StreamReader;

/// How much of a refused file is read and thrown away, so that its sender sees the response rather
/// than a broken connection.
const DISCARDED_BYTES: u64 = 64 << 20;

/// An uploaded file: the bytes of the body, and `?name=` for what it is called.
pub(super) struct Incoming {
    name: Option<String>,
    content: Content,
}

type Content = Pin<Box<dyn AsyncRead + Send>>;

#[derive(Deserialize)]
struct Name {
    name: Option<String>,
}

impl Incoming {
    /// The file as the studio takes it; `fallback` is its name if the request gives none.
    pub(super) fn upload(&mut self, fallback: &str) -> Upload<&mut Content> {
        Upload {
            original_name: self.name.take().unwrap_or_else(|| fallback.to_owned()),
            content: &mut self.content,
        }
    }

    /// The outcome of storing it. What is left of a refused file is read and thrown away.
    pub(super) async fn settle<T>(self, stored: Result<T, StudioError>) -> Result<T, ApiError> {
        if stored.is_err() {
            let mut rest = self.content.take(DISCARDED_BYTES);
            // Whether it can be read does not matter any more.
            let _ = tokio::io::copy(&mut rest, &mut tokio::io::sink()).await;
        }
        Ok(stored?)
    }
}

impl<S: Send + Sync> FromRequest<S> for Incoming {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        refuse_forms(request.headers())?;
        let (mut parts, body) = request.into_parts();
        let Query(Name { name }) = Query::from_request_parts(&mut parts, state).await?;
        Ok(Self {
            name,
            content: reader(body),
        })
    }
}

fn reader(body: Body) -> Content {
    Box::pin(StreamReader::new(
        body.into_data_stream().map_err(io::Error::other),
    ))
}

/// The type of a file is found from its content. A form around it would be stored with it.
fn refuse_forms(headers: &HeaderMap) -> Result<(), ApiError> {
    let is_form = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("multipart/"));
    if is_form {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "send the file itself as the body, not a form: curl --upload-file FILE URL",
        ));
    }
    Ok(())
}
