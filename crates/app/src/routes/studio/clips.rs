//! `/api/scenes/{scene}/clips` and `/api/clips`: an attempt is planned, perhaps started at a
//! provider, and completed with its film or failed.

use axum::{extract::State, http::StatusCode};
use groundwork_core::services::studio::{Clip, CreateClip, SceneId, UpdateClip, VideoClipId};
use groundwork_http::{Json, Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::upload::{self, FileName, Incoming};
use crate::routes::response::{ApiResult, Created};
use crate::state::AppState;

/// What a request that uploads a clip says beside its bytes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ClipUpload {
    /// How long it lasts, where that is known.
    #[param(minimum = 1, maximum = 3600000, example = 4000)]
    duration_ms: Option<i64>,
}

/// Adds an attempt at a clip of a scene
///
/// Its number is one more than that of the last.
#[utoipa::path(
    post, path = "/api/scenes/{scene}/clips", operation_id = "create_clip", tag = "clips",
    params(("scene" = SceneId, Path, description = "The scene's id")),
    request_body = CreateClip,
    responses((status = 201, description = "The clip, pending", body = Clip)),
    extensions(("x-errors" = json!(["404 SCENE_NOT_FOUND"])), ("x-resource" = json!("clip")))
)]
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

/// Reads a clip
#[utoipa::path(
    get, path = "/api/clips/{clip}", operation_id = "get_clip", tag = "clips",
    params(("clip" = VideoClipId, Path, description = "The clip's id")),
    responses((status = 200, description = "The clip", body = Clip)),
    extensions(("x-errors" = json!(["404 CLIP_NOT_FOUND"])))
)]
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

/// Reports what a clip is at
///
/// Its provider has begun, or it has failed.
#[utoipa::path(
    patch, path = "/api/clips/{clip}", operation_id = "update_clip", tag = "clips",
    params(("clip" = VideoClipId, Path, description = "The clip's id")),
    request_body = UpdateClip,
    responses((status = 200, description = "The clip as it is now", body = Clip)),
    extensions(("x-errors" = json!(["404 CLIP_NOT_FOUND", "409 CLIP_FINISHED"])))
)]
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

/// Stores the film of a clip, which completes it
#[utoipa::path(
    put, path = "/api/clips/{clip}/content", operation_id = "upload_clip", tag = "clips",
    params(("clip" = VideoClipId, Path, description = "The clip's id"), FileName, ClipUpload),
    request_body(content = upload::File, content_type = "application/octet-stream", description = "The film itself: MP4 or WebM"),
    responses((status = 201, description = "The clip, complete", body = Clip)),
    extensions(("x-errors" = json!(["404 CLIP_NOT_FOUND", "409 CLIP_FINISHED"])), ("x-errors-of-files" = json!(upload::ERRORS)))
)]
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

/// Removes a clip with its film
#[utoipa::path(
    delete, path = "/api/clips/{clip}", operation_id = "delete_clip", tag = "clips",
    params(("clip" = VideoClipId, Path, description = "The clip's id")),
    responses((status = 204, description = "It is removed")),
    extensions(("x-errors" = json!(["404 CLIP_NOT_FOUND"])))
)]
pub(super) async fn remove(
    State(parts): State<AppState>,
    Path(clip): Path<VideoClipId>,
) -> ApiResult<StatusCode> {
    let work = parts.db.begin_removal().await?;
    parts.studio.remove_clip(&work, clip).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
