//! The routes of the studio: projects, their scenes, keyframes, clips and runs.

mod artifacts;
mod clips;
mod keyframes;
mod projects;
mod runs;
mod scenes;
mod upload;

use axum::{
    Router,
    routing::{get, post, put},
};

use crate::state::AppState;

/// Routes with short requests and responses.
pub(super) fn api() -> Router<AppState> {
    Router::new()
        .route("/api/projects", get(projects::list).post(projects::add))
        .route(
            "/api/projects/{project}",
            get(projects::show)
                .patch(projects::update)
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
                .patch(scenes::update)
                .delete(scenes::remove),
        )
        .route("/api/scenes/{scene}/move", post(scenes::relocate))
        .route("/api/scenes/{scene}/clips", post(clips::add))
        .route(
            "/api/clips/{clip}",
            get(clips::show).patch(clips::update).delete(clips::remove),
        )
        .route("/api/artifacts/{artifact}", get(artifacts::show))
        .route("/api/runs/{run}", get(runs::show))
        .route("/api/runs/{run}/cancel", post(runs::cancel))
        .route("/api/runs/{run}/resume", post(runs::resume))
}

/// Routes that stream files, without a time limit.
pub(super) fn streaming() -> Router<AppState> {
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
}
