//! `/api/scenes/{scene}/clips` and `/api/clips`: an attempt is planned, perhaps started at a
//! provider, and completed with its film or failed.

use axum::{extract::State, http::StatusCode};
use groundwork_core::services::studio::{Clip, CreateClip, SceneId, UpdateClip, VideoClipId};
use groundwork_http::{Json, Path, Query};
use serde::Deserialize;

use super::upload::Incoming;
use crate::routes::response::{ApiResult, Created};
use crate::state::AppState;

/// What a request that uploads a clip says beside its bytes.
#[derive(Deserialize)]
pub(super) struct ClipUpload {
    duration_ms: Option<i64>,
}

pub(super) async fn add(
    State(parts): State<AppState>,
    Path(scene): Path<SceneId>,
    Json(new): Json<CreateClip>,
) -> ApiResult<Created<Clip>> {
    let work = parts.db.begin().await?;
    let clip = parts.studio.add_clip(&work, scene, new).await?;
    work.commit().await?;
    Ok(Created {
        location: format!("/api/clips/{}", clip.id),
        body: clip,
    })
}

pub(super) async fn show(
    State(parts): State<AppState>,
    Path(clip): Path<VideoClipId>,
) -> ApiResult<Json<Clip>> {
    let studio = &parts.studio;
    let clip = parts
        .db
        .find(|rows| async move { studio.clip(&rows, clip).await })
        .await?;
    Ok(Json(clip))
}

pub(super) async fn update(
    State(parts): State<AppState>,
    Path(clip): Path<VideoClipId>,
    Json(change): Json<UpdateClip>,
) -> ApiResult<Json<Clip>> {
    let work = parts.db.begin().await?;
    let clip = parts.studio.set_clip(&work, clip, change).await?;
    work.commit().await?;
    Ok(Json(clip))
}

pub(super) async fn complete(
    State(parts): State<AppState>,
    Path(clip): Path<VideoClipId>,
    Query(ClipUpload { duration_ms }): Query<ClipUpload>,
    mut incoming: Incoming,
) -> ApiResult<Created<Clip>> {
    let upload = incoming.upload("clip");
    let clip = parts
        .studio
        .complete_clip(clip, duration_ms, upload)
        .await?;
    let location = match &clip.artifact {
        Some(artifact) => format!("/api/artifacts/{}", artifact.id),
        None => format!("/api/clips/{}", clip.id),
    };
    Ok(Created {
        location,
        body: clip,
    })
}

pub(super) async fn remove(
    State(parts): State<AppState>,
    Path(clip): Path<VideoClipId>,
) -> ApiResult<StatusCode> {
    let work = parts.db.begin_removal().await?;
    parts.studio.remove_clip(&work, clip).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
