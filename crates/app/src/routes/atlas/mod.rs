//! The routes of the atlas: videos, their transcripts, knowledge graphs, and the search.

mod graphs;
mod search;
mod transcripts;
mod videos;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

/// Routes with short requests and responses.
pub(super) fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(search::search))
        .routes(routes!(videos::list))
        .routes(routes!(videos::show))
        .routes(routes!(videos::transcripts))
        .routes(routes!(transcripts::show))
        .routes(routes!(graphs::list, graphs::add))
        .routes(routes!(graphs::show, graphs::remove))
        .routes(routes!(graphs::neighbours))
        .routes(routes!(graphs::path))
}
