//! `/api/projects/{project}/runs` and `/api/runs`

use axum::extract::State;
use groundwork_core::services::studio::{PipelineRunId, ProjectId, Run, RunDetails};
use groundwork_http::{Json, Path};

use crate::routes::response::{ApiResult, Created};
use crate::state::AppState;

pub(super) async fn start(
    State(parts): State<AppState>,
    Path(project): Path<ProjectId>,
) -> ApiResult<Created<Run>> {
    let work = parts.db.begin().await?;
    let run = parts.studio.start_run(&work, project).await?;
    work.commit().await?;
    Ok(Created {
        location: format!("/api/runs/{}", run.id),
        body: run,
    })
}

pub(super) async fn list(
    State(parts): State<AppState>,
    Path(project): Path<ProjectId>,
) -> ApiResult<Json<Vec<Run>>> {
    let studio = &parts.studio;
    let runs = parts
        .db
        .find(|rows| async move {
            studio.project(&rows, project).await?;
            studio.list_runs(&rows, project).await
        })
        .await?;
    Ok(Json(runs))
}

pub(super) async fn show(
    State(parts): State<AppState>,
    Path(run): Path<PipelineRunId>,
) -> ApiResult<Json<RunDetails>> {
    let studio = &parts.studio;
    let details = parts
        .db
        .find(|rows| async move { studio.run_details(&rows, run).await })
        .await?;
    Ok(Json(details))
}

pub(super) async fn cancel(
    State(parts): State<AppState>,
    Path(run): Path<PipelineRunId>,
) -> ApiResult<Json<Run>> {
    let work = parts.db.begin().await?;
    let run = parts.studio.cancel_run(&work, run).await?;
    work.commit().await?;
    Ok(Json(run))
}

pub(super) async fn resume(
    State(parts): State<AppState>,
    Path(run): Path<PipelineRunId>,
) -> ApiResult<Json<Run>> {
    let work = parts.db.begin().await?;
    let run = parts.studio.resume_run(&work, run).await?;
    work.commit().await?;
    Ok(Json(run))
}
