//! The routes, by domain: each reads a request, calls one service, and writes the response.

mod atlas;
mod document;
mod readiness;
mod response;
mod signals;
mod studio;

use axum::{Router, middleware::from_fn_with_state};
use groundwork_core::clock::Clock;
use groundwork_http::{Metrics, Options, Routes, Shutdown, health, service};
use utoipa_axum::router::OpenApiRouter;

use crate::state::{AppState, Config};

pub(crate) use self::document::document;

/// The whole service; the API opens once none of the `pending` migrations is left.
pub(crate) fn app(
    parts: &AppState,
    config: &Config,
    pending: &[String],
    metrics: Metrics,
    shutdown: &Shutdown,
) -> Router {
    let db = parts.db.clone();
    let metrics = metrics.route(move || db.measure());
    let gate = readiness::Gate::new(parts.db.clone(), parts.files.clone(), pending);
    let closed_until_migrated = from_fn_with_state(gate, readiness::require_schema);
    let routes = Routes {
        open: health(readiness::checks(parts, shutdown)),
        guarded: Router::from(api().with_state(parts.clone()))
            .route_layer(closed_until_migrated.clone())
            .merge(metrics),
        streaming: Router::from(uploads().with_state(parts.clone()))
            .route_layer(closed_until_migrated),
        document: document(),
    };
    service(routes, &Options::new(config, Clock::system()))
}

/// The routes of every domain.
fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(studio::api())
        .merge(signals::api())
        .merge(atlas::api())
}

/// Routes that stream files, without a time limit.
fn uploads() -> OpenApiRouter<AppState> {
    studio::streaming()
}
