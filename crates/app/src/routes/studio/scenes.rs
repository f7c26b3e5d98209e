//! `/api/projects/{project}/scenes` and `/api/scenes`

use axum::{extract::State, http::StatusCode};
use groundwork_core::services::studio::{
    CreateScene, Position, ProjectId, Scene, SceneId, UpdateScene,
};
use groundwork_http::{Json, Path};
use serde::Deserialize;

use crate::routes::response::{ApiResult, Created};
use crate::state::AppState;

/// Where a scene is to go.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveScene {
    position: Position,
}

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

pub(super) async fn remove(
    State(parts): State<AppState>,
    Path(scene): Path<SceneId>,
) -> ApiResult<StatusCode> {
    let work = parts.db.begin_removal().await?;
    parts.studio.remove_scene(&work, scene).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
