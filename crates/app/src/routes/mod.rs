//! The routes, by domain: each reads a request, calls one service, and writes the response.

mod atlas;
mod readiness;
mod response;
mod signals;
mod studio;

use axum::{Router, middleware::from_fn_with_state};
use groundwork_core::clock::Clock;
use groundwork_http::{Metrics, Options, Routes, Shutdown, health, service};

use crate::state::{AppState, Config};

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
        guarded: api(parts.clone())
            .route_layer(closed_until_migrated.clone())
            .merge(metrics),
        streaming: uploads(parts.clone()).route_layer(closed_until_migrated),
    };
    service(routes, &Options::new(config, Clock::system()))
}

/// The routes of every domain.
fn api(parts: AppState) -> Router {
    Router::new()
        .merge(studio::api())
        .merge(signals::api())
        .merge(atlas::api())
        .with_state(parts)
}

/// Routes that stream files, without a time limit.
fn uploads(parts: AppState) -> Router {
    studio::streaming().with_state(parts)
}
