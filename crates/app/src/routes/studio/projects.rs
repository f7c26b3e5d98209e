//! `/api/projects`

use axum::{extract::State, http::StatusCode};
use groundwork_core::{
    page::Page,
    services::studio::{CreateProject, Project, ProjectDetails, ProjectId, UpdateProject},
};
use groundwork_http::{Json, PageQuery, Path};

use crate::routes::response::{ApiResult, Created};
use crate::state::AppState;

pub(super) async fn list(
    State(parts): State<AppState>,
    PageQuery(page): PageQuery,
) -> ApiResult<Json<Page<Project>>> {
    let reader = parts.db.replica_reader();
    let page = parts.studio.list_projects(&reader, page).await?;
    Ok(Json(page))
}

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

pub(super) async fn remove(
    State(parts): State<AppState>,
    Path(project): Path<ProjectId>,
) -> ApiResult<StatusCode> {
    let work = parts.db.begin_removal().await?;
    parts.studio.remove_project(&work, project).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
