//! `/api/transcripts/{transcript}`. The ending of the path chooses the form: `.json`, which is the
//! default, `.vtt`, `.srt` or `.txt`.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use groundwork_core::services::atlas::{TextForm, TranscriptDetails, TranscriptId};
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

/// Reads a transcript
///
/// The ending of the path chooses the form.
#[utoipa::path(
    get, path = "/api/transcripts/{transcript}", operation_id = "get_transcript", tag = "videos",
    params(("transcript" = String, Path, description = "The transcript's id; with `.vtt`, `.srt` or `.txt` after it for that form", example = "0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21", pattern = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}([.](json|vtt|srt|txt))?$")),
    responses((status = 200, description = "The transcript", content((TranscriptDetails = "application/json"), (String = "text/vtt"), (String = "application/x-subrip"), (String = "text/plain")))),
    extensions(("x-errors" = json!(["404 TRANSCRIPT_NOT_FOUND"])))
)]
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
