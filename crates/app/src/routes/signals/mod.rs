//! The routes of signals: articles, tracked entities, and how the articles feel about them.

mod articles;
mod entities;
mod sentiment;

use axum::{Router, routing::get};

use crate::state::AppState;

/// Routes with short requests and responses.
pub(super) fn api() -> Router<AppState> {
    Router::new()
        .route("/api/articles", get(articles::list).post(articles::add))
        .route(
            "/api/articles/{article}",
            get(articles::show).delete(articles::remove),
        )
        .route("/api/entities", get(entities::list).post(entities::add))
        .route("/api/entities/{entity}", get(entities::show))
        .route("/api/entities/{entity}/articles", get(entities::articles))
        .route("/api/entities/{entity}/sentiment", get(sentiment::series))
        .route(
            "/api/entities/{entity}/sentiment.svg",
            get(sentiment::chart),
        )
        .route("/api/sentiment", get(sentiment::comparison))
        .route("/api/sentiment/movers", get(sentiment::movers))
}
