//! `/api/search?q=WORDS`

use axum::extract::State;
use groundwork_core::services::atlas::{self, AtlasError, Found};
use groundwork_http::{Json, LimitQuery, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::routes::response::ApiResult;
use crate::state::AppState;

/// What to look for; `limit` is asked for beside it.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// The words, all of which must be there; `"…"` for a phrase, `-` before what must not be there,
    /// `*` after a beginning. At most 32 words in 1,000 bytes.
    #[param(min_length = 1, max_length = 1000, example = "lamp")]
    q: String,
    /// Only transcripts in this language, a BCP 47 tag.
    #[param(example = "en")]
    language: Option<String>,
    /// Only videos of this channel, by its exact name.
    #[param(pattern = "^[^\\u0000]*$", example = "Harbour")]
    channel: Option<String>,
}

/// Searches what is said in videos
#[utoipa::path(
    get, path = "/api/search", operation_id = "search_transcripts", tag = "videos",
    params(Asked, LimitQuery),
    responses((status = 200, description = "The best hits", body = Found))
)]
pub(super) async fn search(
    State(parts): State<AppState>,
    Query(asked): Query<Asked>,
    LimitQuery(limit): LimitQuery,
) -> ApiResult<Json<Found>> {
    let language = asked.language.as_deref().map(str::parse).transpose();
    let search = atlas::Search {
        query: atlas::Query::parse(&asked.q)?,
        language: language.map_err(|error: atlas::language::InvalidLanguage| {
            AtlasError::InvalidValue {
                field: "language",
                expected: format!("must be a tag such as en or pt-BR: {error}"),
            }
        })?,
        channel: asked.channel,
        limit,
    };
    let reader = parts.db.replica_reader();
    Ok(Json(parts.atlas.search(&reader, &search).await?))
}
