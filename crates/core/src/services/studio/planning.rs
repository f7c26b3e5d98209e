//! What a run consists of. Its stages follow one another: the steps of a stage are written down
//! when the last step of the stage before completes. So the scenes that the storyboard step makes
//! are the ones that get steps, and a worker that looks for work looks at one table only.

use entity::studio::{
    PipelineRunId, PipelineStepId, ProjectId, ProjectStatus, RunStatus, SceneId, Stage, StepStatus,
    pipeline_runs, pipeline_steps, projects, scenes,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tracing::info;

use super::{Studio, StudioError};
use crate::db::{Doing as _, UnitOfWork};

/// How a run, and with it its project, ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ending<'m> {
    Complete,
    Failed(&'m str),
    Cancelled,
}

impl Studio {
    /// Writes down the steps of the first stage from `stage` on that has any; completes the run if
    /// none has. The project must be locked.
    pub(super) async fn plan_from(
        &self,
        work: &UnitOfWork,
        run: PipelineRunId,
        project: ProjectId,
        stage: Option<Stage>,
    ) -> Result<(), StudioError> {
        let mut next = stage;
        while let Some(stage) = next {
            let steps = self.steps_of(work, run, project, stage).await?;
            if !steps.is_empty() {
                pipeline_steps::Entity::insert_many(steps)
                    .exec_without_returning(work)
                    .await
                    .doing("planning a stage")?;
                return Ok(());
            }
            next = after(stage);
        }
        self.end_run(work, run, project, Ending::Complete).await
    }

    /// Ends a run and what is left of its steps; the project follows. It must be locked.
    pub(super) async fn end_run(
        &self,
        work: &UnitOfWork,
        run: PipelineRunId,
        project: ProjectId,
        ending: Ending<'_>,
    ) -> Result<(), StudioError> {
        let (run_status, project_status, error) = match ending {
            Ending::Complete => (RunStatus::Complete, ProjectStatus::Complete, None),
            Ending::Failed(why) => (RunStatus::Failed, ProjectStatus::Failed, Some(why)),
            Ending::Cancelled => (RunStatus::Cancelled, ProjectStatus::Cancelled, None),
        };
        let now = self.clock.now();
        let row = pipeline_runs::ActiveModel {
            status: Set(run_status),
            finished_at: Set(Some(now)),
            error_message: Set(error.map(str::to_owned)),
            ..Default::default()
        };
        pipeline_runs::Entity::update_many()
            .set(row)
            .filter(pipeline_runs::Column::Id.eq(run))
            .exec(work)
            .await
            .doing("ending a run")?;
        let rest = pipeline_steps::ActiveModel {
            status: Set(StepStatus::Cancelled),
            lease_owner: Set(None),
            lease_expires_at: Set(None),
            ..Default::default()
        };
        pipeline_steps::Entity::update_many()
            .set(rest)
            .filter(pipeline_steps::Column::RunId.eq(run))
            .filter(
                pipeline_steps::Column::Status.is_in([StepStatus::Pending, StepStatus::Running]),
            )
            .exec(work)
            .await
            .doing("ending the steps of a run")?;
        self.set_status(work, project, project_status, error)
            .await?;
        info!(run.id = %run, project.id = %project, status = %run_status, "run ended");
        Ok(())
    }

    /// A project follows its run.
    pub(super) async fn set_status(
        &self,
        work: &UnitOfWork,
        project: ProjectId,
        status: ProjectStatus,
        error: Option<&str>,
    ) -> Result<(), StudioError> {
        let row = projects::ActiveModel {
            status: Set(status),
            error_message: Set(error.map(str::to_owned)),
            updated_at: Set(self.clock.now()),
            ..Default::default()
        };
        projects::Entity::update_many()
            .set(row)
            .filter(projects::Column::Id.eq(project))
            .exec(work)
            .await
            .doing("changing a project's status")?;
        Ok(())
    }

    async fn steps_of(
        &self,
        work: &UnitOfWork,
        run: PipelineRunId,
        project: ProjectId,
        stage: Stage,
    ) -> Result<Vec<pipeline_steps::ActiveModel>, StudioError> {
        let now = self.clock.now();
        let step = |scene: Option<SceneId>| pipeline_steps::ActiveModel {
            id: Set(PipelineStepId::from(self.clock.new_id())),
            run_id: Set(run),
            stage: Set(stage),
            scene_id: Set(scene),
            status: Set(StepStatus::Pending),
            attempt: Set(0),
            next_attempt_at: Set(now),
            lease_owner: Set(None),
            lease_expires_at: Set(None),
            error_message: Set(None),
        };
        match stage {
            Stage::Storyboard | Stage::Output => Ok(vec![step(None)]),
            Stage::Keyframes | Stage::Clips => {
                let scenes: Vec<SceneId> = scenes::Entity::find()
                    .select_only()
                    .column(scenes::Column::Id)
                    .filter(scenes::Column::ProjectId.eq(project))
                    .order_by_asc(scenes::Column::SceneIndex)
                    .into_tuple()
                    .all(work)
                    .await
                    .doing("reading the scenes of a run")?;
                Ok(scenes.into_iter().map(|scene| step(Some(scene))).collect())
            }
        }
    }
}

/// The stage that follows; `None` after the last one.
pub(super) fn after(stage: Stage) -> Option<Stage> {
    match stage {
        Stage::Storyboard => Some(Stage::Keyframes),
        Stage::Keyframes => Some(Stage::Clips),
        Stage::Clips => Some(Stage::Output),
        Stage::Output => None,
    }
}
