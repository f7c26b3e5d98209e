//! `/api/scenes/{scene}/clips` and `/api/clips`: an attempt is planned, perhaps started at a
//! provider, and completed with its film or failed.

use axum::{extract::State, http::StatusCode};
use groundwork_core::services::studio::{Clip, ClipChange, NewClip, SceneId, VideoClipId};
use groundwork_http::{Json, Path, Query};
use serde::Deserialize;

use super::upload::Incoming;
use crate::foundation::Foundation;
use crate::routes::answer::{Answer, Created};

/// An attempt to be planned.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Addition {
    provider_operation: Option<String>,
}

/// What became of an attempt, short of its film.
#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Change {
    Running { provider_operation: Option<String> },
    Failed { error_message: String },
}

/// What is known about a film beside its bytes.
#[derive(Deserialize)]
pub(super) struct Film {
    duration_ms: Option<i64>,
}

impl From<Change> for ClipChange {
    fn from(change: Change) -> Self {
        match change {
            Change::Running { provider_operation } => Self::Started { provider_operation },
            Change::Failed { error_message } => Self::Failed { error_message },
        }
    }
}

pub(super) async fn add(
    State(parts): State<Foundation>,
    Path(scene): Path<SceneId>,
    Json(body): Json<Addition>,
) -> Answer<Created<Clip>> {
    let new = NewClip {
        scene,
        provider_operation: body.provider_operation,
    };
    let work = parts.db.begin().await?;
    let clip = parts.studio.add_clip(&work, new).await?;
    work.commit().await?;
    Ok(Created {
        location: format!("/api/clips/{}", clip.id),
        body: clip,
    })
}

pub(super) async fn show(
    State(parts): State<Foundation>,
    Path(clip): Path<VideoClipId>,
) -> Answer<Json<Clip>> {
    let clip = parts.studio.clip(&parts.db.reader(), clip).await?;
    Ok(Json(clip))
}

pub(super) async fn change(
    State(parts): State<Foundation>,
    Path(clip): Path<VideoClipId>,
    Json(body): Json<Change>,
) -> Answer<Json<Clip>> {
    let work = parts.db.begin().await?;
    let clip = parts.studio.set_clip(&work, clip, body.into()).await?;
    work.commit().await?;
    Ok(Json(clip))
}

pub(super) async fn complete(
    State(parts): State<Foundation>,
    Path(clip): Path<VideoClipId>,
    Query(film): Query<Film>,
    mut incoming: Incoming,
) -> Answer<Created<Clip>> {
    let upload = incoming.upload("clip");
    let stored = parts
        .studio
        .complete_clip(clip, film.duration_ms, upload)
        .await;
    let clip = incoming.settle(stored).await?;
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
    State(parts): State<Foundation>,
    Path(clip): Path<VideoClipId>,
) -> Answer<StatusCode> {
    let work = parts.db.begin().await?;
    parts.studio.remove_clip(&work, clip).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
