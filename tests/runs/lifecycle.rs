//! One run at a time: when steps become due, and what a lease protects.

use acceptance::{Engine, given, on_both_engines};
use chrono::TimeDelta;
use groundwork_core::{
    error::DomainError as _,
    services::studio::{
        Claim, Lease, PipelineRunId, Position, ProjectId, ProjectStatus, RunStatus, Stage,
        StepFailure, StepStatus, StudioError,
    },
};

use crate::studio::{Fixture, new_scene};

async fn start(fixture: &Fixture, project: ProjectId) -> PipelineRunId {
    let work = fixture.db.begin().await.unwrap();
    let run = fixture.studio.start_run(&work, project).await.unwrap();
    work.commit().await.unwrap();
    run.id
}

async fn claim(fixture: &Fixture, worker: &str) -> Option<Claim> {
    let work = fixture.db.begin().await.unwrap();
    let claim = fixture.studio.claim_next(&work, worker).await.unwrap();
    work.commit().await.unwrap();
    claim
}

async fn complete(fixture: &Fixture, lease: &Lease) -> Result<(), StudioError> {
    let work = fixture.db.begin().await?;
    fixture.studio.complete_step(&work, lease).await?;
    work.commit().await?;
    Ok(())
}

async fn fail(fixture: &Fixture, lease: &Lease) -> StepFailure {
    let work = fixture.db.begin().await.unwrap();
    let failure = fixture
        .studio
        .fail_step(&work, lease, "no luck")
        .await
        .unwrap();
    work.commit().await.unwrap();
    failure
}

async fn statuses(fixture: &Fixture, run: PipelineRunId) -> (RunStatus, ProjectStatus) {
    let reader = fixture.db.reader();
    let run = fixture.studio.run(&reader, run).await.unwrap();
    let project = fixture
        .studio
        .project(&reader, run.project_id)
        .await
        .unwrap();
    assert_eq!(project.error_message, run.error_message);
    assert_eq!(run.finished_at.is_none(), run.status == RunStatus::Running);
    (run.status, project.status)
}

#[on_both_engines]
async fn stages_follow_one_another_and_the_project_follows_its_run(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let (project, scenes) = fixture.project_with_scenes(2).await;
    let run = start(&fixture, project.id).await;
    let running = (RunStatus::Running, ProjectStatus::Running);
    assert_eq!(statuses(&fixture, run).await, running);
    let mut order = Vec::new();
    while let Some(claimed) = claim(&fixture, "w").await {
        assert_eq!((claimed.run, claimed.attempt), (run, 1));
        order.push((claimed.stage, claimed.scene));
        assert_eq!(statuses(&fixture, run).await, running);
        complete(&fixture, &claimed.lease).await.unwrap();
    }
    let (one, two) = (Some(scenes[0].id), Some(scenes[1].id));
    let expected = [
        (Stage::Storyboard, None),
        (Stage::Keyframes, one),
        (Stage::Keyframes, two),
        (Stage::Clips, one),
        (Stage::Clips, two),
        (Stage::Output, None),
    ];
    assert_eq!(order, expected);
    let done = (RunStatus::Complete, ProjectStatus::Complete);
    assert_eq!(statuses(&fixture, run).await, done);
}

#[on_both_engines]
async fn a_stage_waits_for_every_step_of_the_one_before(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let (project, _) = fixture.project_with_scenes(2).await;
    start(&fixture, project.id).await;
    let storyboard = claim(&fixture, "w").await.unwrap();
    assert_eq!(claim(&fixture, "v").await, None);
    complete(&fixture, &storyboard.lease).await.unwrap();
    let (one, two) = (
        claim(&fixture, "w").await.unwrap(),
        claim(&fixture, "v").await.unwrap(),
    );
    complete(&fixture, &two.lease).await.unwrap();
    assert_eq!(claim(&fixture, "v").await, None);
    complete(&fixture, &one.lease).await.unwrap();
    assert_eq!(claim(&fixture, "v").await.unwrap().stage, Stage::Clips);
}

#[on_both_engines]
async fn scenes_made_by_the_storyboard_step_get_steps_and_later_ones_are_refused(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let project = fixture.project().await;
    let run = start(&fixture, project.id).await;
    let storyboard = claim(&fixture, "w").await.unwrap();
    let work = fixture.db.begin().await.unwrap();
    let new = || new_scene(Position::Last, "made by the step");
    let scene = fixture
        .studio
        .add_scene(&work, project.id, new())
        .await
        .unwrap();
    fixture
        .studio
        .complete_step(&work, &storyboard.lease)
        .await
        .unwrap();
    work.commit().await.unwrap();
    assert_eq!(claim(&fixture, "w").await.unwrap().scene, Some(scene.id));

    for change in ["add", "move", "remove"] {
        let work = fixture.db.begin().await.unwrap();
        let refused = match change {
            "add" => fixture
                .studio
                .add_scene(&work, project.id, new())
                .await
                .map(drop),
            "move" => fixture
                .studio
                .move_scene(&work, scene.id, Position::First)
                .await
                .map(drop),
            _ => fixture.studio.remove_scene(&work, scene.id).await,
        };
        assert_eq!(refused.unwrap_err().code(), "RUN_IN_PROGRESS", "{change}");
    }
    let work = fixture.db.begin().await.unwrap();
    fixture.studio.cancel_run(&work, run).await.unwrap();
    fixture
        .studio
        .add_scene(&work, project.id, new())
        .await
        .unwrap();
}

#[on_both_engines]
async fn a_project_has_one_running_run_at_most(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let project = fixture.project().await;
    let first = start(&fixture, project.id).await;
    let work = fixture.db.begin().await.unwrap();
    let refused = fixture
        .studio
        .start_run(&work, project.id)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "RUN_IN_PROGRESS");
    fixture.studio.cancel_run(&work, first).await.unwrap();
    let second = fixture.studio.start_run(&work, project.id).await.unwrap();
    let refused = fixture.studio.resume_run(&work, first).await.unwrap_err();
    assert_eq!(refused.code(), "RUN_IN_PROGRESS");
    let missing = uuid::Uuid::nil();
    let refused = fixture
        .studio
        .start_run(&work, missing.into())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "PROJECT_NOT_FOUND");
    work.commit().await.unwrap();
    let runs = fixture
        .studio
        .list_runs(&fixture.db.reader(), project.id)
        .await
        .unwrap();
    let ids: Vec<_> = runs.iter().map(|run| run.id).collect();
    assert_eq!(ids, [second.id, first]);
}

#[on_both_engines]
async fn a_failed_step_waits_twice_as_long_each_time_and_is_given_up_after_the_last(
    engine: Engine,
) {
    let fixture = Fixture::new(engine).await;
    let project = fixture.project().await;
    let run = start(&fixture, project.id).await;
    for (attempt, wait_s) in [(1, 2), (2, 4), (3, 8), (4, 16)] {
        let claimed = claim(&fixture, "w").await.unwrap();
        assert_eq!(claimed.attempt, attempt);
        let retry_at = fixture.clock.now() + TimeDelta::seconds(wait_s);
        assert_eq!(
            fail(&fixture, &claimed.lease).await,
            StepFailure::RetryAt(retry_at)
        );
        fixture
            .clock
            .advance(TimeDelta::seconds(wait_s) - TimeDelta::microseconds(1));
        assert_eq!(claim(&fixture, "w").await, None);
        fixture.clock.advance(TimeDelta::microseconds(1));
    }
    let last = claim(&fixture, "w").await.unwrap();
    assert_eq!(fail(&fixture, &last.lease).await, StepFailure::GaveUp);
    let failed = (RunStatus::Failed, ProjectStatus::Failed);
    assert_eq!(statuses(&fixture, run).await, failed);
    let ended = fixture.studio.run(&fixture.db.reader(), run).await.unwrap();
    assert_eq!(ended.error_message.as_deref(), Some("no luck"));
    assert_eq!(claim(&fixture, "w").await, None);
}

#[on_both_engines]
async fn a_failed_run_is_resumed_where_it_stopped(engine: Engine) {
    let limits = groundwork_core::services::studio::Pipeline {
        retry_max_attempts: 1,
        ..given::pipeline()
    };
    let fixture = Fixture::with(engine, limits).await;
    let (project, _) = fixture.project_with_scenes(2).await;
    let run = start(&fixture, project.id).await;
    complete(&fixture, &claim(&fixture, "w").await.unwrap().lease)
        .await
        .unwrap();
    let (one, two) = (
        claim(&fixture, "w").await.unwrap(),
        claim(&fixture, "v").await.unwrap(),
    );
    assert_eq!(fail(&fixture, &one.lease).await, StepFailure::GaveUp);
    let lost = complete(&fixture, &two.lease).await.unwrap_err();
    assert_eq!(lost.code(), "LEASE_LOST");

    let work = fixture.db.begin().await.unwrap();
    fixture.studio.resume_run(&work, run).await.unwrap();
    let again = fixture.studio.resume_run(&work, run).await.unwrap_err();
    assert_eq!(again.code(), "RUN_NOT_RESUMABLE");
    work.commit().await.unwrap();
    assert_eq!(
        statuses(&fixture, run).await,
        (RunStatus::Running, ProjectStatus::Running)
    );
    let still_lost = complete(&fixture, &two.lease).await.unwrap_err();
    assert_eq!(still_lost.code(), "LEASE_LOST");
    let mut stages = Vec::new();
    while let Some(claimed) = claim(&fixture, "w").await {
        stages.push(claimed.stage);
        complete(&fixture, &claimed.lease).await.unwrap();
    }
    let (keyframes, clips) = (Stage::Keyframes, Stage::Clips);
    assert_eq!(stages, [keyframes, keyframes, clips, clips, Stage::Output]);
    assert_eq!(statuses(&fixture, run).await.0, RunStatus::Complete);
}

#[on_both_engines]
async fn a_cancelled_run_takes_its_steps_from_their_workers(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let project = fixture.project().await;
    let run = start(&fixture, project.id).await;
    let held = claim(&fixture, "w").await.unwrap();
    let work = fixture.db.begin().await.unwrap();
    fixture.studio.cancel_run(&work, run).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(
        complete(&fixture, &held.lease).await.unwrap_err().code(),
        "LEASE_LOST"
    );
    let cancelled = (RunStatus::Cancelled, ProjectStatus::Cancelled);
    assert_eq!(statuses(&fixture, run).await, cancelled);
    let steps = fixture
        .studio
        .list_steps(&fixture.db.reader(), run)
        .await
        .unwrap();
    assert!(
        steps
            .iter()
            .all(|step| step.status == StepStatus::Cancelled)
    );
    let work = fixture.db.begin().await.unwrap();
    let again = fixture.studio.cancel_run(&work, run).await.unwrap_err();
    assert_eq!(again.code(), "RUN_OVER");
}

#[on_both_engines]
async fn a_silent_workers_step_is_claimed_again_and_its_first_holder_refused(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let project = fixture.project().await;
    start(&fixture, project.id).await;
    let first = claim(&fixture, "w").await.unwrap();
    fixture.clock.advance(TimeDelta::seconds(59));
    assert_eq!(claim(&fixture, "v").await, None);
    let work = fixture.db.begin().await.unwrap();
    let extended = fixture.studio.heartbeat(&work, &first.lease).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(
        extended.expires_at,
        fixture.clock.now() + TimeDelta::seconds(60)
    );
    fixture.clock.advance(TimeDelta::seconds(59));
    assert_eq!(claim(&fixture, "v").await, None);
    fixture.clock.advance(TimeDelta::seconds(1));
    // Even under the same name, it is another claim.
    let second = claim(&fixture, "w").await.unwrap();
    assert_eq!((second.lease.step, second.attempt), (first.lease.step, 2));
    let work = fixture.db.begin().await.unwrap();
    let refused = fixture
        .studio
        .heartbeat(&work, &extended)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "LEASE_LOST");
    let refused = fixture
        .studio
        .fail_step(&work, &extended, "late")
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "LEASE_LOST");
    drop(work);
    let refused = complete(&fixture, &first.lease).await.unwrap_err();
    assert_eq!(refused.code(), "LEASE_LOST");
    complete(&fixture, &second.lease).await.unwrap();
}

#[on_both_engines]
async fn a_worker_that_was_late_but_not_replaced_may_complete(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let project = fixture.project().await;
    start(&fixture, project.id).await;
    let late = claim(&fixture, "w").await.unwrap();
    fixture.clock.advance(TimeDelta::seconds(600));
    complete(&fixture, &late.lease).await.unwrap();
    assert!(complete(&fixture, &late.lease).await.is_err());
}

#[on_both_engines]
async fn a_step_that_kills_every_worker_fails_its_run(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let project = fixture.project().await;
    let run = start(&fixture, project.id).await;
    for attempt in 1..=5 {
        assert_eq!(claim(&fixture, "w").await.unwrap().attempt, attempt);
        fixture.clock.advance(TimeDelta::seconds(60));
    }
    assert_eq!(claim(&fixture, "w").await, None);
    let failed = (RunStatus::Failed, ProjectStatus::Failed);
    assert_eq!(statuses(&fixture, run).await, failed);
    let ended = fixture.studio.run(&fixture.db.reader(), run).await.unwrap();
    let why = "the worker of the last attempt (5 of 5) fell silent";
    assert_eq!(ended.error_message.as_deref(), Some(why));
}

#[on_both_engines]
async fn a_claim_that_is_not_committed_is_none(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let project = fixture.project().await;
    start(&fixture, project.id).await;
    let work = fixture.db.begin().await.unwrap();
    assert!(
        fixture
            .studio
            .claim_next(&work, "w")
            .await
            .unwrap()
            .is_some()
    );
    // Dropping it does the same, but does not wait until the row is free again.
    work.rollback().await.unwrap();
    assert_eq!(claim(&fixture, "v").await.unwrap().attempt, 1);
    let work = fixture.db.begin().await.unwrap();
    let unnamed = fixture.studio.claim_next(&work, " ").await.unwrap_err();
    assert_eq!(unnamed.field(), Some("worker"));
}
