//! `/api/artifacts` and `/api/projects/{project}/output`

use axum::{extract::State, http::StatusCode, response::Response};
use groundwork_core::services::studio::{Artifact, ArtifactId, ProjectId};
use groundwork_http::{Content, ContentRequest, Json, Path};

use super::upload::{self, FileName, Incoming};
use crate::routes::response::{ApiResult, Put};
use crate::state::AppState;

/// Reads what is known of a file
#[utoipa::path(
    get, path = "/api/artifacts/{artifact}", operation_id = "get_artifact", tag = "files",
    params(("artifact" = ArtifactId, Path, description = "The file's id")),
    responses((status = 200, description = "The file", body = Artifact)),
    extensions(("x-errors" = json!(["404 ARTIFACT_NOT_FOUND"])))
)]
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

/// Reads the content of a file
///
/// With ranges and conditions of RFC 9110. Several ranges are answered with the whole.
#[utoipa::path(
    get, path = "/api/artifacts/{artifact}/content", operation_id = "get_artifact_content", tag = "files",
    params(("artifact" = ArtifactId, Path, description = "The file's id"),
        ("Range" = Option<String>, Header, description = "One range of bytes, such as `bytes=0-1023`", example = "bytes=0-1023"),
        ("If-None-Match" = Option<String>, Header, description = "Tags that the caller has", example = "\"af1349\""),
        ("If-Match" = Option<String>, Header, description = "The tag that the caller means", example = "*")),
    responses((status = 200, description = "The whole", body = upload::File, content_type = "application/octet-stream"),
        (status = 206, description = "The range", body = upload::File, content_type = "application/octet-stream"),
        (status = 304, description = "The caller has it")),
    extensions(("x-errors" = json!(["404 ARTIFACT_NOT_FOUND", "404 FILE_MISSING", "412 PRECONDITION_FAILED", "416 RANGE_NOT_SATISFIABLE", "500 FILE_DAMAGED", "503 STORAGE_UNAVAILABLE"])))
)]
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

/// Stores the film of a project, in place of the one before
#[utoipa::path(
    put, path = "/api/projects/{project}/output", operation_id = "upload_output", tag = "files",
    params(("project" = ProjectId, Path, description = "The project's id"), FileName),
    request_body(content = upload::File, content_type = "application/octet-stream", description = "The film itself: MP4 or WebM"),
    responses((status = 201, description = "The first film of the project", body = Artifact),
        (status = 200, description = "The film, which has replaced another", body = Artifact)),
    extensions(("x-errors" = json!(["404 PROJECT_NOT_FOUND"])), ("x-errors-of-files" = json!(upload::ERRORS)))
)]
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

/// Removes the film of a project
#[utoipa::path(
    delete, path = "/api/projects/{project}/output", operation_id = "delete_output", tag = "files",
    params(("project" = ProjectId, Path, description = "The project's id")),
    responses((status = 204, description = "It is removed")),
    extensions(("x-errors" = json!(["404 PROJECT_NOT_FOUND", "404 ARTIFACT_NOT_FOUND"])))
)]
pub(super) async fn remove_output(
    State(parts): State<AppState>,
    Path(project): Path<ProjectId>,
) -> ApiResult<StatusCode> {
    let work = parts.db.begin_removal().await?;
    parts.studio.remove_output(&work, project).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
