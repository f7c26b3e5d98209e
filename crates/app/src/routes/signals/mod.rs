//! The routes of signals: articles, tracked entities, and how the articles feel about them.

mod articles;
mod entities;
mod sentiment;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

/// Routes with short requests and responses.
pub(super) fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(articles::list, articles::add))
        .routes(routes!(articles::show, articles::remove))
        .routes(routes!(entities::list, entities::add))
        .routes(routes!(entities::show))
        .routes(routes!(entities::articles))
        .routes(routes!(sentiment::series))
        .routes(routes!(sentiment::chart))
        .routes(routes!(sentiment::comparison))
        .routes(routes!(sentiment::movers))
}
