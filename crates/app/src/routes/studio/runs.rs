//! `/api/projects/{project}/runs` and `/api/runs`

use axum::extract::State;
use groundwork_core::services::studio::{PipelineRunId, ProjectId, Run, RunDetails};
use groundwork_http::{Json, Path};

use crate::routes::response::{ApiResult, Created};
use crate::state::AppState;

/// Starts a run of the pipeline over a project
#[utoipa::path(
    post, path = "/api/projects/{project}/runs", operation_id = "start_run", tag = "runs",
    params(("project" = ProjectId, Path, description = "The project's id")),
    responses((status = 201, description = "The run", body = Run)),
    extensions(("x-errors" = json!(["404 PROJECT_NOT_FOUND", "409 RUN_IN_PROGRESS"])), ("x-resource" = json!("run")))
)]
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

/// Lists the runs of a project, newest first
#[utoipa::path(
    get, path = "/api/projects/{project}/runs", operation_id = "list_runs", tag = "runs",
    params(("project" = ProjectId, Path, description = "The project's id")),
    responses((status = 200, description = "The runs", body = Vec<Run>)),
    extensions(("x-errors" = json!(["404 PROJECT_NOT_FOUND"])))
)]
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

/// Reads a run with its steps
#[utoipa::path(
    get, path = "/api/runs/{run}", operation_id = "get_run", tag = "runs",
    params(("run" = PipelineRunId, Path, description = "The run's id")),
    responses((status = 200, description = "The run", body = RunDetails)),
    extensions(("x-errors" = json!(["404 RUN_NOT_FOUND"])))
)]
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

/// Cancels a run
#[utoipa::path(
    post, path = "/api/runs/{run}/cancel", operation_id = "cancel_run", tag = "runs",
    params(("run" = PipelineRunId, Path, description = "The run's id")),
    responses((status = 200, description = "The run, cancelled", body = Run)),
    extensions(("x-errors" = json!(["404 RUN_NOT_FOUND", "409 RUN_OVER"])))
)]
pub(super) async fn cancel(
    State(parts): State<AppState>,
    Path(run): Path<PipelineRunId>,
) -> ApiResult<Json<Run>> {
    let work = parts.db.begin().await?;
    let run = parts.studio.cancel_run(&work, run).await?;
    work.commit().await?;
    Ok(Json(run))
}

/// Resumes a run that failed or was cancelled
#[utoipa::path(
    post, path = "/api/runs/{run}/resume", operation_id = "resume_run", tag = "runs",
    params(("run" = PipelineRunId, Path, description = "The run's id")),
    responses((status = 200, description = "The run, running", body = Run)),
    extensions(("x-errors" = json!(["404 RUN_NOT_FOUND", "409 RUN_IN_PROGRESS", "409 RUN_NOT_RESUMABLE"])))
)]
pub(super) async fn resume(
    State(parts): State<AppState>,
    Path(run): Path<PipelineRunId>,
) -> ApiResult<Json<Run>> {
    let work = parts.db.begin().await?;
    let run = parts.studio.resume_run(&work, run).await?;
    work.commit().await?;
    Ok(Json(run))
}
