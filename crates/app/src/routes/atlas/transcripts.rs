//! `/api/transcripts/{transcript}`. The ending of the path chooses the form: `.json`, which is the
//! default, `.vtt`, `.srt` or `.txt`.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use groundwork_core::services::atlas::{TextForm, TranscriptId};
use groundwork_http::{Json, Path};
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::routes::response::ApiResult;
use crate::state::AppState;

/// `ID`, `ID.json`, `ID.vtt`, …
pub(super) struct Asked {
    transcript: TranscriptId,
    /// `None`: as JSON.
    form: Option<TextForm>,
}

impl<'de> Deserialize<'de> for Asked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (id, extension) = text.split_once('.').unwrap_or((&text, "json"));
        let form = match extension {
            "json" => None,
            other => Some(TextForm::of_extension(other).ok_or_else(|| {
                D::Error::custom("a transcript ends with .json, .vtt, .srt or .txt")
            })?),
        };
        let transcript = id.parse().map_err(D::Error::custom)?;
        Ok(Self { transcript, form })
    }
}

pub(super) async fn show(
    State(parts): State<AppState>,
    Path(asked): Path<Asked>,
) -> ApiResult<Response> {
    let (atlas, transcript) = (&parts.atlas, asked.transcript);
    let details = parts
        .db
        .find(|rows| async move { atlas.transcript_details(&rows, transcript).await })
        .await?;
    Ok(match asked.form {
        None => Json(details).into_response(),
        Some(form) => {
            let media_type = [(header::CONTENT_TYPE, form.media_type())];
            (media_type, details.to_text(form)).into_response()
        }
    })
}
