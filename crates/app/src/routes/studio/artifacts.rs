//! `/api/artifacts` and `/api/projects/{project}/output`

use axum::{extract::State, http::StatusCode, response::Response};
use groundwork_core::services::studio::{Artifact, ArtifactId, ProjectId};
use groundwork_http::{Content, ContentRequest, Json, Path};

use super::upload::Incoming;
use crate::routes::response::{ApiResult, Put};
use crate::state::AppState;

pub(super) async fn show(
    State(parts): State<AppState>,
    Path(artifact): Path<ArtifactId>,
) -> ApiResult<Json<Artifact>> {
    let studio = &parts.studio;
    let artifact = parts
        .db
        .find(|rows| async move { studio.artifact(&rows, artifact).await })
        .await?;
    Ok(Json(artifact))
}

pub(super) async fn content(
    State(parts): State<AppState>,
    Path(artifact): Path<ArtifactId>,
    request: ContentRequest,
) -> ApiResult<Response> {
    let opened = parts.studio.open_artifact(artifact).await?;
    let content = Content {
        media_type: opened.artifact.media_type,
        size_bytes: opened.file.size_bytes,
        blake3: opened.artifact.blake3,
        modified_at: Some(opened.artifact.created_at.into()),
        name: opened.artifact.original_name,
        reader: opened.file.content,
    };
    request.answer(content).await
}

pub(super) async fn set_output(
    State(parts): State<AppState>,
    Path(project): Path<ProjectId>,
    mut incoming: Incoming,
) -> ApiResult<Put<Artifact>> {
    let upload = incoming.upload("output");
    let stored = parts.studio.set_output(project, upload).await?;
    Ok(Put {
        has_replaced: stored.has_replaced,
        location: format!("/api/artifacts/{}", stored.item.id),
        body: stored.item,
    })
}

pub(super) async fn remove_output(
    State(parts): State<AppState>,
    Path(project): Path<ProjectId>,
) -> ApiResult<StatusCode> {
    let work = parts.db.begin_removal().await?;
    parts.studio.remove_output(&work, project).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
