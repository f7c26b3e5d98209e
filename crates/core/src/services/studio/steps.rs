//! What workers do: claim the next due step under a lease, show signs of life, complete it or
//! fail it.
//!
//! A step is due when it is pending and its time has come, or when the lease of its worker has run
//! out. Each claim gets a token of its own, which the row holds: a worker that was silent too long,
//! and whose step another one has claimed, is refused whatever it says afterwards. A worker whose
//! lease ran out and whose step nobody has claimed yet still holds it: nothing is gained by
//! throwing its work away.

use chrono::{DateTime, TimeDelta, Utc};
use entity::studio::{
    PipelineRunId, PipelineStepId, ProjectId, SceneId, Stage, StepStatus, pipeline_steps,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{LockBehavior, LockType},
};
use tracing::{info, warn};

use super::{
    Studio, StudioError,
    planning::{Ending, after},
    rows::check_text,
    text::{self, Content, Lines, TextRule},
    views::Run,
};
use crate::{
    db::{Doing as _, UnitOfWork},
    error::{DomainError, Kind},
};

/// A step that a worker has claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What proves that the step is the worker's.
    pub lease: Lease,
    /// The run it is part of.
    pub run: PipelineRunId,
    /// The project that is produced.
    pub project: ProjectId,
    /// What is to be done.
    pub stage: Stage,
    /// The scene it is to be done for; `None` where it is the whole project.
    pub scene: Option<SceneId>,
    /// Which attempt it is, from 1. Work that reaches beyond the database may have been done
    /// already when it is greater.
    pub attempt: i64,
}

/// What proves that a step is a worker's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The step.
    pub step: PipelineStepId,
    /// Until when the worker may stay silent.
    pub expires_at: DateTime<Utc>,
    /// Worker and a number of this claim, as the row holds it.
    holder: String,
}

/// What becomes of a step that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepFailure {
    /// It is tried again.
    RetryAt(DateTime<Utc>),
    /// That was its last attempt: its run has failed, and with it its project.
    GaveUp,
}

/// A worker's name.
const WORKER: TextRule = TextRule {
    max_chars: 200,
    content: Content::Required,
    lines: Lines::One,
};

/// However often a step failed, it is tried again within a day.
const MAX_DELAY: TimeDelta = TimeDelta::days(1);

impl Studio {
    /// Claims the step that has been due longest, for `pipeline.lease_s`; `None` if none is due.
    /// The claim counts once the unit of work is committed.
    ///
    /// A step whose worker fell silent in its last attempt is not given to another one: its run
    /// fails.
    ///
    /// # Errors
    /// [`StudioError::InvalidText`] if the worker's name is blank or longer than 200 characters.
    pub async fn claim_next(
        &self,
        work: &UnitOfWork,
        worker: &str,
    ) -> Result<Option<Claim>, StudioError> {
        check_text("worker", worker, WORKER)?;
        self.give_up_lost_steps(work).await?;
        let now = self.clock.now();
        let waiting = Condition::all()
            .add(pipeline_steps::Column::Status.eq(StepStatus::Pending))
            .add(pipeline_steps::Column::NextAttemptAt.lte(now));
        let lost = self.lost(now).add(self.has_attempts_left());
        let due = pipeline_steps::Entity::find()
            .filter(Condition::any().add(waiting).add(lost))
            .order_by_asc(pipeline_steps::Column::NextAttemptAt)
            .order_by_asc(pipeline_steps::Column::Id)
            .limit(1)
            .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked)
            .one(work)
            .await
            .doing("looking for a due step")?;
        let Some(step) = due else { return Ok(None) };
        let lease = Lease {
            step: step.id,
            expires_at: now + to_delta(self.limits.lease),
            holder: format!("{worker}/{}", self.clock.new_id()),
        };
        let row = pipeline_steps::ActiveModel {
            status: Set(StepStatus::Running),
            attempt: Set(step.attempt + 1),
            lease_owner: Set(Some(lease.holder.clone())),
            lease_expires_at: Set(Some(lease.expires_at)),
            ..Default::default()
        };
        update(
            work,
            Condition::all().add(pipeline_steps::Column::Id.eq(step.id)),
            row,
        )
        .await?;
        let project = self.run(work, step.run_id).await?.project_id;
        info!(step.id = %step.id, run.id = %step.run_id, worker, attempt = step.attempt + 1, "claimed step");
        Ok(Some(Claim {
            lease,
            run: step.run_id,
            project,
            stage: step.stage,
            scene: step.scene_id,
            attempt: step.attempt + 1,
        }))
    }

    /// A sign of life: the lease runs for another `pipeline.lease_s` from now.
    ///
    /// # Errors
    /// [`StudioError::LeaseLost`]: stop working.
    pub async fn heartbeat(&self, work: &UnitOfWork, lease: &Lease) -> Result<Lease, StudioError> {
        let expires_at = self.clock.now() + to_delta(self.limits.lease);
        let row = pipeline_steps::ActiveModel {
            lease_expires_at: Set(Some(expires_at)),
            ..Default::default()
        };
        update_held(work, lease, row).await?;
        Ok(Lease {
            expires_at,
            ..lease.clone()
        })
    }

    /// Completes a step. With the last one of a stage the next stage becomes due; with the last
    /// one of all the run is complete, and with it its project.
    ///
    /// # Errors
    /// [`StudioError::LeaseLost`]: the step is another worker's, or its run is over.
    pub async fn complete_step(&self, work: &UnitOfWork, lease: &Lease) -> Result<(), StudioError> {
        let (step, run) = self.lock_held(work, lease).await?;
        let row = pipeline_steps::ActiveModel {
            status: Set(StepStatus::Complete),
            error_message: Set(None),
            ..released()
        };
        update_held(work, lease, row).await?;
        let open = pipeline_steps::Entity::find()
            .filter(pipeline_steps::Column::RunId.eq(run.id))
            .filter(pipeline_steps::Column::Status.ne(StepStatus::Complete))
            .one(work)
            .await
            .doing("looking for open steps")?;
        if open.is_none() {
            self.plan_from(work, run.id, run.project_id, after(step.stage))
                .await?;
        }
        info!(step.id = %step.id, run.id = %run.id, "completed step");
        Ok(())
    }

    /// Notes that a step failed. It becomes due again after `pipeline.retry_base_delay_s`, twice
    /// that after the second failure and so on, up to a day; after `pipeline.retry_max_attempts`
    /// its run fails.
    ///
    /// # Errors
    /// [`StudioError::LeaseLost`]: the step is another worker's, or its run is over.
    /// [`StudioError::InvalidText`] if the message is longer than 10,000 characters.
    pub async fn fail_step(
        &self,
        work: &UnitOfWork,
        lease: &Lease,
        error_message: &str,
    ) -> Result<StepFailure, StudioError> {
        check_text("error_message", error_message, text::NOTE)?;
        let (step, run) = self.lock_held(work, lease).await?;
        warn!(step.id = %step.id, run.id = %run.id, attempt = step.attempt, error_message, "step failed");
        if step.attempt >= self.max_attempts() {
            let row = pipeline_steps::ActiveModel {
                status: Set(StepStatus::Failed),
                error_message: Set(Some(error_message.to_owned())),
                ..released()
            };
            update_held(work, lease, row).await?;
            self.end_run(work, run.id, run.project_id, Ending::Failed(error_message))
                .await?;
            return Ok(StepFailure::GaveUp);
        }
        let retry_at = self.clock.now() + backoff(self.limits.retry_base_delay, step.attempt);
        let row = pipeline_steps::ActiveModel {
            status: Set(StepStatus::Pending),
            next_attempt_at: Set(retry_at),
            error_message: Set(Some(error_message.to_owned())),
            ..released()
        };
        update_held(work, lease, row).await?;
        Ok(StepFailure::RetryAt(retry_at))
    }

    /// Fails the runs of steps whose worker fell silent in their last attempt.
    async fn give_up_lost_steps(&self, work: &UnitOfWork) -> Result<(), StudioError> {
        let now = self.clock.now();
        let hopeless = self.lost(now).add(self.has_attempts_left().not());
        let steps = pipeline_steps::Entity::find()
            .filter(hopeless.clone())
            .order_by_asc(pipeline_steps::Column::Id)
            .limit(1)
            .all(work)
            .await
            .doing("looking for lost steps")?;
        for step in steps {
            let run = match self.lock_run(work, step.run_id).await {
                Err(gone) if gone.kind() == Kind::NotFound => continue,
                run => run?,
            };
            let why = format!(
                "the worker of the last attempt ({} of {}) fell silent",
                step.attempt,
                self.max_attempts()
            );
            let row = pipeline_steps::ActiveModel {
                status: Set(StepStatus::Failed),
                error_message: Set(Some(why.clone())),
                ..released()
            };
            let still = hopeless.clone().add(pipeline_steps::Column::Id.eq(step.id));
            if update(work, still, row).await? > 0 {
                warn!(step.id = %step.id, run.id = %run.id, "{why}");
                self.end_run(work, run.id, run.project_id, Ending::Failed(&why))
                    .await?;
            }
        }
        Ok(())
    }

    /// Locks the project of a step, and reads step and run under the lock.
    async fn lock_held(
        &self,
        work: &UnitOfWork,
        lease: &Lease,
    ) -> Result<(pipeline_steps::Model, Run), StudioError> {
        let step = find_held(work, lease).await?;
        match self.lock_run(work, step.run_id).await {
            Ok(run) => Ok((find_held(work, lease).await?, run)),
            // The project was removed meanwhile, and the step with it.
            Err(gone) if gone.kind() == Kind::NotFound => {
                Err(StudioError::LeaseLost { step: step.id })
            }
            Err(error) => Err(error),
        }
    }

    /// Steps whose worker fell silent.
    fn lost(&self, now: DateTime<Utc>) -> Condition {
        Condition::all()
            .add(pipeline_steps::Column::Status.eq(StepStatus::Running))
            .add(pipeline_steps::Column::LeaseExpiresAt.lte(now))
    }

    fn has_attempts_left(&self) -> Condition {
        Condition::all().add(pipeline_steps::Column::Attempt.lt(self.max_attempts()))
    }

    fn max_attempts(&self) -> i64 {
        i64::from(self.limits.retry_max_attempts)
    }
}

/// A step that nobody holds.
fn released() -> pipeline_steps::ActiveModel {
    pipeline_steps::ActiveModel {
        lease_owner: Set(None),
        lease_expires_at: Set(None),
        ..Default::default()
    }
}

/// The step is running, and for this very claim.
fn held(lease: &Lease) -> Condition {
    Condition::all()
        .add(pipeline_steps::Column::Id.eq(lease.step))
        .add(pipeline_steps::Column::Status.eq(StepStatus::Running))
        .add(pipeline_steps::Column::LeaseOwner.eq(lease.holder.as_str()))
}

async fn find_held(work: &UnitOfWork, lease: &Lease) -> Result<pipeline_steps::Model, StudioError> {
    pipeline_steps::Entity::find()
        .filter(held(lease))
        .one(work)
        .await
        .doing("reading a step")?
        .ok_or(StudioError::LeaseLost { step: lease.step })
}

async fn update_held(
    work: &UnitOfWork,
    lease: &Lease,
    row: pipeline_steps::ActiveModel,
) -> Result<(), StudioError> {
    match update(work, held(lease), row).await? {
        0 => Err(StudioError::LeaseLost { step: lease.step }),
        _ => Ok(()),
    }
}

async fn update(
    work: &UnitOfWork,
    which: Condition,
    row: pipeline_steps::ActiveModel,
) -> Result<u64, StudioError> {
    let changed = pipeline_steps::Entity::update_many()
        .set(row)
        .filter(which)
        .exec(work)
        .await
        .doing("changing a step")?;
    Ok(changed.rows_affected)
}

/// `base · 2^(attempt − 1)`, where `attempt` is the one that failed, from 1.
fn backoff(base: std::time::Duration, attempt: i64) -> TimeDelta {
    let doublings = u32::try_from(attempt - 1).unwrap_or(0).min(30);
    to_delta(base)
        .checked_mul(1 << doublings)
        .map_or(MAX_DELAY, |delay| delay.min(MAX_DELAY))
}

fn to_delta(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(MAX_DELAY)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_wait_doubles_with_each_failure_up_to_a_day() {
        let base = Duration::from_secs(2);
        let waits: Vec<i64> = (1..=5).map(|n| backoff(base, n).num_seconds()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32]);
        assert_eq!(backoff(base, 1_000), MAX_DELAY);
        assert_eq!(backoff(Duration::ZERO, 3), TimeDelta::zero());
    }
}
