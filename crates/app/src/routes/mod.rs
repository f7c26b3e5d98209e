//! The routes of the domains: each takes a request apart, calls one service, and puts its answer
//! together.

mod answer;
mod articles;
mod artifacts;
mod clips;
mod entities;
mod graphs;
mod keyframes;
mod optional;
mod projects;
mod readiness;
mod runs;
mod scenes;
mod search;
mod sentiment;
mod transcripts;
mod upload;
mod videos;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{get, post, put},
};
use groundwork_core::{clock::Clock, config::Config};
use groundwork_http::{Metrics, Options, Routes, Shutdown, health, service};

use crate::foundation::Foundation;

/// The whole service; the API opens once none of the `pending` migrations is left.
pub(crate) fn app(
    parts: &Foundation,
    config: &Config,
    pending: &[String],
    metrics: Metrics,
    shutdown: &Shutdown,
) -> Router {
    let db = parts.db.clone();
    let metrics = metrics.route(move || db.measure());
    let gate = readiness::Gate::new(parts.db.clone(), pending);
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

fn api(parts: Foundation) -> Router {
    Router::new()
        .route("/api/projects", get(projects::list).post(projects::add))
        .route(
            "/api/projects/{project}",
            get(projects::show)
                .patch(projects::change)
                .delete(projects::remove),
        )
        .route(
            "/api/projects/{project}/scenes",
            get(scenes::list).post(scenes::add),
        )
        .route(
            "/api/projects/{project}/runs",
            get(runs::list).post(runs::start),
        )
        .route(
            "/api/scenes/{scene}",
            get(scenes::show)
                .patch(scenes::change)
                .delete(scenes::remove),
        )
        .route("/api/scenes/{scene}/move", post(scenes::relocate))
        .route("/api/scenes/{scene}/clips", post(clips::add))
        .route(
            "/api/clips/{clip}",
            get(clips::show).patch(clips::change).delete(clips::remove),
        )
        .route("/api/artifacts/{artifact}", get(artifacts::show))
        .route("/api/runs/{run}", get(runs::show))
        .route("/api/runs/{run}/cancel", post(runs::cancel))
        .route("/api/runs/{run}/resume", post(runs::resume))
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
        .with_state(parts)
}

/// What takes or gives whole files, for as long as that takes.
fn uploads(parts: Foundation) -> Router {
    Router::new()
        .route(
            "/api/projects/{project}/output",
            put(artifacts::set_output).delete(artifacts::remove_output),
        )
        .route(
            "/api/scenes/{scene}/keyframes/{position}",
            get(keyframes::show)
                .put(keyframes::set)
                .delete(keyframes::remove),
        )
        .route("/api/clips/{clip}/content", put(clips::complete))
        .route("/api/artifacts/{artifact}/content", get(artifacts::content))
        .with_state(parts)
}
