//! A file as the body of a request.

use std::{io, pin::Pin};

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header},
};
use futures_util::TryStreamExt;
use groundwork_core::{files::FilesError, services::studio::Upload};
use groundwork_http::{ApiError, Query, announced_length};
use serde::Deserialize;
use tokio::io::AsyncRead;
use tokio_util::io::StreamReader;
use utoipa::{IntoParams, ToSchema};

use crate::state::AppState;

/// An uploaded file: the bytes of the body, and `?name=` for what it is called.
pub(super) struct Incoming {
    name: Option<String>,
    content: Content,
}

type Content = Pin<Box<dyn AsyncRead + Send>>;

/// What a request that uploads a file says beside its bytes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FileName {
    /// What the file is called.
    #[param(min_length = 1, max_length = 255, example = "start.png")]
    name: Option<String>,
}

/// How the document describes a file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "only describes the bytes")]
pub(super) struct File(Vec<u8>);

/// What storing a file may be refused with.
pub(super) const ERRORS: [&str; 10] = [
    "413 FILE_TOO_LARGE",
    "415 UNSUPPORTED_MEDIA_TYPE",
    "422 FILE_DAMAGED",
    "422 FILE_EMPTY",
    "422 FILE_INTERRUPTED",
    "422 FILE_TYPE_NOT_ALLOWED",
    "503 STORAGE_NOT_DURABLE",
    "503 STORAGE_REPLACED",
    "503 STORAGE_SHARED",
    "503 STORAGE_UNAVAILABLE",
];

impl Incoming {
    /// The file as the studio takes it; `fallback` is its name if the request gives none.
    pub(super) fn upload(&mut self, fallback: &str) -> Upload<&mut Content> {
        Upload {
            original_name: self.name.take().unwrap_or_else(|| fallback.to_owned()),
            content: &mut self.content,
        }
    }
}

impl FromRequest<AppState> for Incoming {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        refuse_forms(request.headers())?;
        refuse_too_large(request.headers(), state.files.max_file_bytes())?;
        let (mut parts, body) = request.into_parts();
        let Query(FileName { name }) = Query::from_request_parts(&mut parts, state).await?;
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

/// A sender that says how much it has need not send it.
fn refuse_too_large(headers: &HeaderMap, max_bytes: u64) -> Result<(), FilesError> {
    match announced_length(headers) {
        Some(length) if length > max_bytes => Err(FilesError::TooLarge { max_bytes }),
        _ => Ok(()),
    }
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
