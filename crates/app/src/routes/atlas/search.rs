//! `/api/search?q=WORDS`

use axum::extract::State;
use groundwork_core::services::atlas::{self, AtlasError, Found};
use groundwork_http::{Json, PageQuery, Query};
use serde::Deserialize;

use crate::routes::response::ApiResult;
use crate::state::AppState;

/// What to look for; `limit` is asked for beside it.
#[derive(Deserialize)]
pub(super) struct Asked {
    q: String,
    language: Option<String>,
    channel: Option<String>,
}

pub(super) async fn search(
    State(parts): State<AppState>,
    Query(asked): Query<Asked>,
    PageQuery(page): PageQuery,
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
        limit: page.limit,
    };
    let reader = parts.db.replica_reader();
    Ok(Json(parts.atlas.search(&reader, &search).await?))
}
