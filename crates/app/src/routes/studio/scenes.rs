//! `/api/projects/{project}/scenes` and `/api/scenes`

use axum::{extract::State, http::StatusCode};
use groundwork_core::services::studio::{
    CreateScene, Position, ProjectId, Scene, SceneId, UpdateScene,
};
use groundwork_http::{Json, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::routes::response::{ApiResult, Created};
use crate::state::AppState;

/// Where a scene is to go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveScene {
    /// Its new place.
    position: Position,
}

/// Lists the scenes of a project, in order
#[utoipa::path(
    get, path = "/api/projects/{project}/scenes", operation_id = "list_scenes", tag = "scenes",
    params(("project" = ProjectId, Path, description = "The project's id")),
    responses((status = 200, description = "The scenes", body = Vec<Scene>)),
    extensions(("x-errors" = json!(["404 PROJECT_NOT_FOUND"])))
)]
pub(super) async fn list(
    State(parts): State<AppState>,
    Path(project): Path<ProjectId>,
) -> ApiResult<Json<Vec<Scene>>> {
    let studio = &parts.studio;
    let scenes = parts
        .db
        .find(|rows| async move {
            studio.project(&rows, project).await?;
            studio.list_scenes(&rows, project).await
        })
        .await?;
    Ok(Json(scenes))
}

/// Adds a scene to a project
///
/// Those from its place on move up by one.
#[utoipa::path(
    post, path = "/api/projects/{project}/scenes", operation_id = "create_scene", tag = "scenes",
    params(("project" = ProjectId, Path, description = "The project's id")),
    request_body = CreateScene,
    responses((status = 201, description = "The scene", body = Scene)),
    extensions(("x-errors" = json!(["404 PROJECT_NOT_FOUND", "409 RUN_IN_PROGRESS", "409 TOO_MANY_SCENES", "422 NO_SUCH_POSITION"])), ("x-resource" = json!("scene")))
)]
pub(super) async fn add(
    State(parts): State<AppState>,
    Path(project): Path<ProjectId>,
    Json(new): Json<CreateScene>,
) -> ApiResult<Created<Scene>> {
    let work = parts.db.begin().await?;
    let scene = parts.studio.add_scene(&work, project, new).await?;
    work.commit().await?;
    Ok(Created {
        location: format!("/api/scenes/{}", scene.id),
        body: scene,
    })
}

/// Reads a scene
#[utoipa::path(
    get, path = "/api/scenes/{scene}", operation_id = "get_scene", tag = "scenes",
    params(("scene" = SceneId, Path, description = "The scene's id")),
    responses((status = 200, description = "The scene", body = Scene)),
    extensions(("x-errors" = json!(["404 SCENE_NOT_FOUND"])))
)]
pub(super) async fn show(
    State(parts): State<AppState>,
    Path(scene): Path<SceneId>,
) -> ApiResult<Json<Scene>> {
    let studio = &parts.studio;
    let scene = parts
        .db
        .find(|rows| async move { studio.scene(&rows, scene).await })
        .await?;
    Ok(Json(scene))
}

/// Changes a scene where it is
///
/// A field that is left out stays what it is.
#[utoipa::path(
    patch, path = "/api/scenes/{scene}", operation_id = "update_scene", tag = "scenes",
    params(("scene" = SceneId, Path, description = "The scene's id")),
    request_body = UpdateScene,
    responses((status = 200, description = "The scene as it is now", body = Scene)),
    extensions(("x-errors" = json!(["404 SCENE_NOT_FOUND"])))
)]
pub(super) async fn update(
    State(parts): State<AppState>,
    Path(scene): Path<SceneId>,
    Json(change): Json<UpdateScene>,
) -> ApiResult<Json<Scene>> {
    let work = parts.db.begin().await?;
    let scene = parts.studio.set_scene(&work, scene, change).await?;
    work.commit().await?;
    Ok(Json(scene))
}

/// Moves a scene to another place
///
/// Those between close up.
#[utoipa::path(
    post, path = "/api/scenes/{scene}/move", operation_id = "move_scene", tag = "scenes",
    params(("scene" = SceneId, Path, description = "The scene's id")),
    request_body = MoveScene,
    responses((status = 200, description = "The scene at its place", body = Scene)),
    extensions(("x-errors" = json!(["404 SCENE_NOT_FOUND", "409 RUN_IN_PROGRESS", "422 NO_SUCH_POSITION"])))
)]
pub(super) async fn relocate(
    State(parts): State<AppState>,
    Path(scene): Path<SceneId>,
    Json(MoveScene { position }): Json<MoveScene>,
) -> ApiResult<Json<Scene>> {
    let work = parts.db.begin().await?;
    let scene = parts.studio.move_scene(&work, scene, position).await?;
    work.commit().await?;
    Ok(Json(scene))
}

/// Removes a scene with its pictures and clips
#[utoipa::path(
    delete, path = "/api/scenes/{scene}", operation_id = "delete_scene", tag = "scenes",
    params(("scene" = SceneId, Path, description = "The scene's id")),
    responses((status = 204, description = "It is removed")),
    extensions(("x-errors" = json!(["404 SCENE_NOT_FOUND", "409 RUN_IN_PROGRESS"])))
)]
pub(super) async fn remove(
    State(parts): State<AppState>,
    Path(scene): Path<SceneId>,
) -> ApiResult<StatusCode> {
    let work = parts.db.begin_removal().await?;
    parts.studio.remove_scene(&work, scene).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
