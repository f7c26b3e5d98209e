//! `/api/projects/{project}/runs` and `/api/runs`

use axum::extract::State;
use groundwork_core::services::studio::{PipelineRunId, ProjectId, Run, Step};
use groundwork_http::{Json, Path};
use serde::Serialize;

use crate::foundation::Foundation;
use crate::routes::answer::{Answer, Created};

/// A run with its steps.
#[derive(Serialize)]
pub(super) struct RunDetails {
    #[serde(flatten)]
    run: Run,
    steps: Vec<Step>,
}

pub(super) async fn start(
    State(parts): State<Foundation>,
    Path(project): Path<ProjectId>,
) -> Answer<Created<Run>> {
    let work = parts.db.begin().await?;
    let run = parts.studio.start_run(&work, project).await?;
    work.commit().await?;
    Ok(Created {
        location: format!("/api/runs/{}", run.id),
        body: run,
    })
}

pub(super) async fn list(
    State(parts): State<Foundation>,
    Path(project): Path<ProjectId>,
) -> Answer<Json<Vec<Run>>> {
    let reader = parts.db.reader();
    parts.studio.project(&reader, project).await?;
    let runs = parts.studio.list_runs(&reader, project).await?;
    Ok(Json(runs))
}

pub(super) async fn show(
    State(parts): State<Foundation>,
    Path(run): Path<PipelineRunId>,
) -> Answer<Json<RunDetails>> {
    let reader = parts.db.reader();
    let run = parts.studio.run(&reader, run).await?;
    let steps = parts.studio.list_steps(&reader, run.id).await?;
    Ok(Json(RunDetails { run, steps }))
}

pub(super) async fn cancel(
    State(parts): State<Foundation>,
    Path(run): Path<PipelineRunId>,
) -> Answer<Json<Run>> {
    let work = parts.db.begin().await?;
    let run = parts.studio.cancel_run(&work, run).await?;
    work.commit().await?;
    Ok(Json(run))
}

pub(super) async fn resume(
    State(parts): State<Foundation>,
    Path(run): Path<PipelineRunId>,
) -> Answer<Json<Run>> {
    let work = parts.db.begin().await?;
    let run = parts.studio.resume_run(&work, run).await?;
    work.commit().await?;
    Ok(Json(run))
}
