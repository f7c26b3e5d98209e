//! `/api/projects`

use axum::{extract::State, http::StatusCode};
use groundwork_core::{
    page::Page,
    services::studio::{NewProject, Project, ProjectChange, ProjectDetails, ProjectId},
};
use groundwork_http::{Json, PageQuery, Path};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::optional::given;
use crate::foundation::Foundation;
use crate::routes::answer::{Answer, Created};

/// A project to be made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Addition {
    title: String,
    prompt: String,
    style: String,
    style_guide: Option<Map<String, Value>>,
}

/// What is to change of a project; what is left out stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    title: Option<String>,
    prompt: Option<String>,
    style: Option<String>,
    #[serde(default, deserialize_with = "given")]
    style_guide: Option<Option<Map<String, Value>>>,
}

pub(super) async fn list(
    State(parts): State<Foundation>,
    PageQuery(page): PageQuery,
) -> Answer<Json<Page<Project>>> {
    let page = parts.studio.list_projects(&parts.db.reader(), page).await?;
    Ok(Json(page))
}

pub(super) async fn add(
    State(parts): State<Foundation>,
    Json(body): Json<Addition>,
) -> Answer<Created<Project>> {
    let new = NewProject {
        title: body.title,
        prompt: body.prompt,
        style: body.style,
        style_guide: body.style_guide,
    };
    let work = parts.db.begin().await?;
    let project = parts.studio.add_project(&work, new).await?;
    work.commit().await?;
    Ok(Created {
        location: format!("/api/projects/{}", project.id),
        body: project,
    })
}

pub(super) async fn show(
    State(parts): State<Foundation>,
    Path(project): Path<ProjectId>,
) -> Answer<Json<ProjectDetails>> {
    let details = parts
        .studio
        .project_details(&parts.db.reader(), project)
        .await?;
    Ok(Json(details))
}

pub(super) async fn change(
    State(parts): State<Foundation>,
    Path(project): Path<ProjectId>,
    Json(body): Json<Change>,
) -> Answer<Json<Project>> {
    let change = ProjectChange {
        title: body.title,
        prompt: body.prompt,
        style: body.style,
        style_guide: body.style_guide,
    };
    let work = parts.db.begin().await?;
    let project = parts.studio.set_project(&work, project, change).await?;
    work.commit().await?;
    Ok(Json(project))
}

pub(super) async fn remove(
    State(parts): State<Foundation>,
    Path(project): Path<ProjectId>,
) -> Answer<StatusCode> {
    let work = parts.db.begin().await?;
    parts.studio.remove_project(&work, project).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
