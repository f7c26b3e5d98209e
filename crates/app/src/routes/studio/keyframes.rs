//! `/api/scenes/{scene}/keyframes/{start|end}`

use axum::{extract::State, http::StatusCode};
use groundwork_core::services::studio::{Keyframe, KeyframePosition, SceneId, StudioError};
use groundwork_http::{Json, Path};

use super::upload::Incoming;
use crate::routes::response::{ApiResult, Created};
use crate::state::AppState;

pub(super) async fn show(
    State(parts): State<AppState>,
    Path((scene, position)): Path<(SceneId, KeyframePosition)>,
) -> ApiResult<Json<Keyframe>> {
    let keyframe = parts
        .studio
        .find_keyframe(&parts.db.reader(), scene, position)
        .await?
        .ok_or(StudioError::KeyframeNotFound { scene, position })?;
    Ok(Json(keyframe))
}

pub(super) async fn set(
    State(parts): State<AppState>,
    Path((scene, position)): Path<(SceneId, KeyframePosition)>,
    mut incoming: Incoming,
) -> ApiResult<Created<Keyframe>> {
    let upload = incoming.upload(&position.to_string());
    let stored = parts.studio.set_keyframe(scene, position, upload).await;
    let keyframe = incoming.settle(stored).await?;
    Ok(Created {
        location: format!("/api/artifacts/{}", keyframe.artifact.id),
        body: keyframe,
    })
}

pub(super) async fn remove(
    State(parts): State<AppState>,
    Path((scene, position)): Path<(SceneId, KeyframePosition)>,
) -> ApiResult<StatusCode> {
    let work = parts.db.begin().await?;
    parts.studio.remove_keyframe(&work, scene, position).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
