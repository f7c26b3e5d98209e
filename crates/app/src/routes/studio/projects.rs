//! `/api/projects`

use axum::{extract::State, http::StatusCode};
use groundwork_core::{
    page::Page,
    services::studio::{CreateProject, Project, ProjectDetails, ProjectId, UpdateProject},
};
use groundwork_http::{Json, PageQuery, Path};

use crate::routes::response::{ApiResult, Created};
use crate::state::AppState;

/// Lists projects, newest first
#[utoipa::path(
    get, path = "/api/projects", operation_id = "list_projects", tag = "projects",
    params(PageQuery),
    responses((status = 200, description = "A page of projects", body = Page<Project>))
)]
pub(super) async fn list(
    State(parts): State<AppState>,
    PageQuery(page): PageQuery,
) -> ApiResult<Json<Page<Project>>> {
    let reader = parts.db.replica_reader();
    let page = parts.studio.list_projects(&reader, page).await?;
    Ok(Json(page))
}

/// Creates a project
///
/// It is a draft without scenes.
#[utoipa::path(
    post, path = "/api/projects", operation_id = "create_project", tag = "projects",
    request_body = CreateProject,
    responses((status = 201, description = "The project", body = Project)),
    extensions(("x-resource" = json!("project")))
)]
pub(super) async fn add(
    State(parts): State<AppState>,
    Json(new): Json<CreateProject>,
) -> ApiResult<Created<Project>> {
    let work = parts.db.begin().await?;
    let project = parts.studio.add_project(&work, new).await?;
    work.commit().await?;
    Ok(Created {
        location: format!("/api/projects/{}", project.id),
        body: project,
    })
}

/// Reads a project with everything that belongs to it
#[utoipa::path(
    get, path = "/api/projects/{project}", operation_id = "get_project", tag = "projects",
    params(("project" = ProjectId, Path, description = "The project's id")),
    responses((status = 200, description = "The project with its scenes, their pictures and clips, and its film", body = ProjectDetails)),
    extensions(("x-errors" = json!(["404 PROJECT_NOT_FOUND"])))
)]
pub(super) async fn show(
    State(parts): State<AppState>,
    Path(project): Path<ProjectId>,
) -> ApiResult<Json<ProjectDetails>> {
    let studio = &parts.studio;
    let details = parts
        .db
        .find(|rows| async move { studio.project_details(&rows, project).await })
        .await?;
    Ok(Json(details))
}

/// Changes a project
///
/// A field that is left out stays what it is.
#[utoipa::path(
    patch, path = "/api/projects/{project}", operation_id = "update_project", tag = "projects",
    params(("project" = ProjectId, Path, description = "The project's id")),
    request_body = UpdateProject,
    responses((status = 200, description = "The project as it is now", body = Project)),
    extensions(("x-errors" = json!(["404 PROJECT_NOT_FOUND"])))
)]
pub(super) async fn update(
    State(parts): State<AppState>,
    Path(project): Path<ProjectId>,
    Json(change): Json<UpdateProject>,
) -> ApiResult<Json<Project>> {
    let work = parts.db.begin().await?;
    let project = parts.studio.set_project(&work, project, change).await?;
    work.commit().await?;
    Ok(Json(project))
}

/// Removes a project with everything that belongs to it
#[utoipa::path(
    delete, path = "/api/projects/{project}", operation_id = "delete_project", tag = "projects",
    params(("project" = ProjectId, Path, description = "The project's id")),
    responses((status = 204, description = "It is removed")),
    extensions(("x-errors" = json!(["404 PROJECT_NOT_FOUND"])))
)]
pub(super) async fn remove(
    State(parts): State<AppState>,
    Path(project): Path<ProjectId>,
) -> ApiResult<StatusCode> {
    let work = parts.db.begin_removal().await?;
    parts.studio.remove_project(&work, project).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
