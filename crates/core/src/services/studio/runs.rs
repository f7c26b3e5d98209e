//! Runs of the pipeline over a project: start, read, cancel, resume. What workers do with the steps
//! of a run is in `steps`.

use entity::studio::{
    PipelineRunId, ProjectId, ProjectStatus, RunStatus, Stage, StepStatus, pipeline_runs,
    pipeline_steps,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};
use tracing::info;

use super::{
    Studio, StudioError,
    planning::Ending,
    rows::lock_project,
    views::{Run, RunDetails, Step},
};
use crate::db::{Doing as _, UnitOfWork};

impl Studio {
    /// Starts a run over a project, beginning with its storyboard step. A project has one running
    /// run at most.
    ///
    /// # Errors
    /// [`StudioError::ProjectNotFound`]; [`StudioError::RunInProgress`].
    pub async fn start_run(
        &self,
        work: &UnitOfWork,
        project: ProjectId,
    ) -> Result<Run, StudioError> {
        lock_project(work, project).await?;
        refuse_if_running(work, project).await?;
        let id = PipelineRunId::from(self.clock.new_id());
        let row = pipeline_runs::ActiveModel {
            id: Set(id),
            project_id: Set(project),
            status: Set(RunStatus::Running),
            started_at: Set(self.clock.now()),
            finished_at: Set(None),
            error_message: Set(None),
        };
        pipeline_runs::Entity::insert(row)
            .exec_without_returning(work)
            .await
            .doing("starting a run")?;
        self.set_status(work, project, ProjectStatus::Running, None)
            .await?;
        self.plan_from(work, id, project, Some(Stage::Storyboard))
            .await?;
        info!(run.id = %id, project.id = %project, "started run");
        self.run(work, id).await
    }

    /// The run.
    ///
    /// # Errors
    /// [`StudioError::RunNotFound`].
    pub async fn run(
        &self,
        connection: &impl ConnectionTrait,
        run: PipelineRunId,
    ) -> Result<Run, StudioError> {
        pipeline_runs::Entity::find_by_id(run)
            .into_partial_model::<Run>()
            .one(connection)
            .await
            .doing("reading a run")?
            .ok_or(StudioError::RunNotFound { run })
    }

    /// The run with its steps.
    ///
    /// # Errors
    /// [`StudioError::RunNotFound`].
    pub async fn run_details(
        &self,
        connection: &impl ConnectionTrait,
        run: PipelineRunId,
    ) -> Result<RunDetails, StudioError> {
        Ok(RunDetails {
            run: self.run(connection, run).await?,
            steps: self.list_steps(connection, run).await?,
        })
    }

    /// The runs of a project, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_runs(
        &self,
        connection: &impl ConnectionTrait,
        project: ProjectId,
    ) -> Result<Vec<Run>, StudioError> {
        pipeline_runs::Entity::find()
            .filter(pipeline_runs::Column::ProjectId.eq(project))
            .order_by_desc(pipeline_runs::Column::Id)
            .into_partial_model::<Run>()
            .all(connection)
            .await
            .doing("listing runs")
            .map_err(Into::into)
    }

    /// The steps of a run that have become due so far, in the order in which they were planned.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_steps(
        &self,
        connection: &impl ConnectionTrait,
        run: PipelineRunId,
    ) -> Result<Vec<Step>, StudioError> {
        pipeline_steps::Entity::find()
            .filter(pipeline_steps::Column::RunId.eq(run))
            .order_by_asc(pipeline_steps::Column::Id)
            .into_partial_model::<Step>()
            .all(connection)
            .await
            .doing("listing steps")
            .map_err(Into::into)
    }

    /// Ends a run at once. Workers that are at it lose their leases.
    ///
    /// # Errors
    /// [`StudioError::RunNotFound`]; [`StudioError::RunOver`] if it has ended before.
    pub async fn cancel_run(
        &self,
        work: &UnitOfWork,
        run: PipelineRunId,
    ) -> Result<Run, StudioError> {
        let Run {
            project_id, status, ..
        } = self.lock_run(work, run).await?;
        if status != RunStatus::Running {
            return Err(StudioError::RunOver { run, status });
        }
        self.end_run(work, run, project_id, Ending::Cancelled)
            .await?;
        self.run(work, run).await
    }

    /// Takes up a run that failed or was cancelled: what is complete stays so, every other step
    /// becomes due with all its attempts before it.
    ///
    /// # Errors
    /// [`StudioError::RunNotFound`]; [`StudioError::RunNotResumable`] if it is running or
    /// complete; [`StudioError::RunInProgress`] if another run of the project is running.
    pub async fn resume_run(
        &self,
        work: &UnitOfWork,
        run: PipelineRunId,
    ) -> Result<Run, StudioError> {
        let Run {
            project_id, status, ..
        } = self.lock_run(work, run).await?;
        if !matches!(status, RunStatus::Failed | RunStatus::Cancelled) {
            return Err(StudioError::RunNotResumable { run, status });
        }
        refuse_if_running(work, project_id).await?;
        let row = pipeline_runs::ActiveModel {
            status: Set(RunStatus::Running),
            finished_at: Set(None),
            error_message: Set(None),
            ..Default::default()
        };
        pipeline_runs::Entity::update_many()
            .set(row)
            .filter(pipeline_runs::Column::Id.eq(run))
            .exec(work)
            .await
            .doing("resuming a run")?;
        let again = pipeline_steps::ActiveModel {
            status: Set(StepStatus::Pending),
            attempt: Set(0),
            next_attempt_at: Set(self.clock.now()),
            ..Default::default()
        };
        pipeline_steps::Entity::update_many()
            .set(again)
            .filter(pipeline_steps::Column::RunId.eq(run))
            .filter(
                pipeline_steps::Column::Status.is_in([StepStatus::Failed, StepStatus::Cancelled]),
            )
            .exec(work)
            .await
            .doing("resuming the steps of a run")?;
        self.set_status(work, project_id, ProjectStatus::Running, None)
            .await?;
        info!(run.id = %run, project.id = %project_id, "resumed run");
        self.run(work, run).await
    }

    /// Locks the project of a run, and reads the run under the lock.
    pub(super) async fn lock_run(
        &self,
        work: &UnitOfWork,
        run: PipelineRunId,
    ) -> Result<Run, StudioError> {
        let project = self.run(work, run).await?.project_id;
        lock_project(work, project).await?;
        self.run(work, run).await
    }
}

async fn refuse_if_running(work: &UnitOfWork, project: ProjectId) -> Result<(), StudioError> {
    let running = pipeline_runs::Entity::find()
        .filter(pipeline_runs::Column::ProjectId.eq(project))
        .filter(pipeline_runs::Column::Status.eq(RunStatus::Running))
        .one(work)
        .await
        .doing("looking for a running run")?;
    match running {
        Some(run) => Err(StudioError::RunInProgress {
            project,
            run: run.id,
        }),
        None => Ok(()),
    }
}
