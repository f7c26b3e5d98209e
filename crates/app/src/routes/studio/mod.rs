//! The routes of the studio: projects, their scenes, keyframes, clips and runs.

mod artifacts;
mod clips;
mod keyframes;
mod projects;
mod runs;
mod scenes;
mod upload;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

/// Routes with short requests and responses.
pub(super) fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(projects::list, projects::add))
        .routes(routes!(projects::show, projects::update, projects::remove))
        .routes(routes!(scenes::list, scenes::add))
        .routes(routes!(runs::list, runs::start))
        .routes(routes!(scenes::show, scenes::update, scenes::remove))
        .routes(routes!(scenes::relocate))
        .routes(routes!(clips::add))
        .routes(routes!(clips::show, clips::update, clips::remove))
        .routes(routes!(artifacts::show))
        .routes(routes!(runs::show))
        .routes(routes!(runs::cancel))
        .routes(routes!(runs::resume))
}

/// Routes that stream files, without a time limit.
pub(super) fn streaming() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(artifacts::set_output, artifacts::remove_output))
        .routes(routes!(keyframes::show, keyframes::set, keyframes::remove))
        .routes(routes!(clips::complete))
        .routes(routes!(artifacts::content))
}
