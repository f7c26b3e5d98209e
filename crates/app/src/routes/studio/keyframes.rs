//! `/api/scenes/{scene}/keyframes/{start|end}`

use axum::{extract::State, http::StatusCode};
use groundwork_core::services::studio::{Keyframe, KeyframePosition, SceneId, StudioError};
use groundwork_http::{Json, Path};

use super::upload::Incoming;
use crate::routes::response::{ApiResult, Put};
use crate::state::AppState;

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

pub(super) async fn remove(
    State(parts): State<AppState>,
    Path((scene, position)): Path<(SceneId, KeyframePosition)>,
) -> ApiResult<StatusCode> {
    let work = parts.db.begin_removal().await?;
    parts.studio.remove_keyframe(&work, scene, position).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
