//! The routes of the atlas: videos, their transcripts, knowledge graphs, and the search.

mod graphs;
mod search;
mod transcripts;
mod videos;

use axum::{Router, routing::get};

use crate::state::AppState;

/// Routes with short requests and responses.
pub(super) fn api() -> Router<AppState> {
    Router::new()
        .route("/api/search", get(search::search))
        .route("/api/videos", get(videos::list))
        .route("/api/videos/{video}", get(videos::show))
        .route("/api/videos/{video}/transcripts", get(videos::transcripts))
        .route("/api/transcripts/{transcript}", get(transcripts::show))
        .route("/api/graphs", get(graphs::list).post(graphs::add))
        .route(
            "/api/graphs/{graph}",
            get(graphs::show).delete(graphs::remove),
        )
        .route("/api/graphs/{graph}/neighbours", get(graphs::neighbours))
        .route("/api/graphs/{graph}/path", get(graphs::path))
}
