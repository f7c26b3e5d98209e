//! `/api/scenes/{scene}/keyframes/{start|end}`

use axum::{extract::State, http::StatusCode};
use groundwork_core::services::studio::{Keyframe, KeyframePosition, SceneId, StudioError};
use groundwork_http::{Json, Path};

use super::upload::{self, FileName, Incoming};
use crate::routes::response::{ApiResult, Put};
use crate::state::AppState;

/// Reads a picture of a scene
#[utoipa::path(
    get, path = "/api/scenes/{scene}/keyframes/{position}", operation_id = "get_keyframe", tag = "keyframes",
    params(("scene" = SceneId, Path, description = "The scene's id"), ("position" = KeyframePosition, Path, description = "Start or end")),
    responses((status = 200, description = "The picture", body = Keyframe)),
    extensions(("x-errors" = json!(["404 KEYFRAME_NOT_FOUND"])))
)]
pub(super) async fn show(
    State(parts): State<AppState>,
    Path((scene, position)): Path<(SceneId, KeyframePosition)>,
) -> ApiResult<Json<Keyframe>> {
    let studio = &parts.studio;
    let keyframe = parts
        .db
        .find(|rows| async move {
            let found = studio.find_keyframe(&rows, scene, position).await?;
            found.ok_or(StudioError::KeyframeNotFound { scene, position })
        })
        .await?;
    Ok(Json(keyframe))
}

/// Stores a picture of a scene, in place of the one before
#[utoipa::path(
    put, path = "/api/scenes/{scene}/keyframes/{position}", operation_id = "upload_keyframe", tag = "keyframes",
    params(("scene" = SceneId, Path, description = "The scene's id"), ("position" = KeyframePosition, Path, description = "Start or end"), FileName),
    request_body(content = upload::File, content_type = "application/octet-stream", description = "The picture itself: PNG, JPEG or WebP"),
    responses((status = 201, description = "The first picture at this place", body = Keyframe),
        (status = 200, description = "The picture, which has replaced another", body = Keyframe)),
    extensions(("x-errors" = json!(["404 SCENE_NOT_FOUND"])), ("x-errors-of-files" = json!(upload::ERRORS)))
)]
pub(super) async fn set(
    State(parts): State<AppState>,
    Path((scene, position)): Path<(SceneId, KeyframePosition)>,
    mut incoming: Incoming,
) -> ApiResult<Put<Keyframe>> {
    let upload = incoming.upload(&position.to_string());
    let stored = parts.studio.set_keyframe(scene, position, upload).await?;
    Ok(Put {
        has_replaced: stored.has_replaced,
        location: format!("/api/artifacts/{}", stored.item.artifact.id),
        body: stored.item,
    })
}

/// Removes a picture of a scene
#[utoipa::path(
    delete, path = "/api/scenes/{scene}/keyframes/{position}", operation_id = "delete_keyframe", tag = "keyframes",
    params(("scene" = SceneId, Path, description = "The scene's id"), ("position" = KeyframePosition, Path, description = "Start or end")),
    responses((status = 204, description = "It is removed")),
    extensions(("x-errors" = json!(["404 KEYFRAME_NOT_FOUND", "404 SCENE_NOT_FOUND"])))
)]
pub(super) async fn remove(
    State(parts): State<AppState>,
    Path((scene, position)): Path<(SceneId, KeyframePosition)>,
) -> ApiResult<StatusCode> {
    let work = parts.db.begin_removal().await?;
    parts.studio.remove_keyframe(&work, scene, position).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
