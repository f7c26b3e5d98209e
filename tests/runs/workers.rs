//! Eight workers, five hundred steps, and crashes wherever they happen to be.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use acceptance::{Engine, given, on_both_engines};
use chrono::{DateTime, TimeDelta, Utc};
use groundwork_core::{
    error::DomainError as _,
    services::studio::{
        Claim, Pipeline, PipelineRunId, PipelineStepId, RunStatus, StepStatus, StudioError,
    },
};

use crate::studio::Fixture;

const WORKERS: u64 = 8;
const PROJECTS: usize = 16;
/// Storyboard and output, and keyframes and clips of each scene.
const STEPS_OF_A_RUN: usize = 2 + 15 * 2;

/// What the workers know of each other, to catch two at one step.
#[derive(Default)]
struct Board {
    /// Who holds a step until when.
    held: HashMap<PipelineStepId, DateTime<Utc>>,
    completed: HashMap<PipelineStepId, u32>,
    crashes: u32,
    lost: u32,
}

impl Board {
    fn take(&mut self, claim: &Claim, now: DateTime<Utc>) {
        let step = claim.lease.step;
        if let Some(until) = self.held.insert(step, claim.lease.expires_at) {
            assert!(until <= now, "{step} is held by two");
        }
    }

    fn release(&mut self, step: PipelineStepId, completions: u32) {
        self.held.remove(&step);
        *self.completed.entry(step).or_default() += completions;
    }
}

/// Numbers that look random and are the same each time (Knuth, MMIX).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_step_completes_once_and_none_is_held_by_two(engine: Engine) {
    let limits = Pipeline {
        // Crashes count as attempts, and here nobody shall give up.
        retry_max_attempts: 1_000,
        ..given::pipeline()
    };
    let fixture = Arc::new(Fixture::with(engine, limits).await);
    let mut runs = Vec::new();
    for _ in 0..PROJECTS {
        let (project, _) = fixture.project_with_scenes(15).await;
        let work = fixture.db.begin().await.unwrap();
        runs.push(
            fixture
                .studio
                .start_run(&work, project.id)
                .await
                .unwrap()
                .id,
        );
        work.commit().await.unwrap();
    }
    let board = Arc::new(Mutex::new(Board::default()));
    let workers: Vec<_> = (0..WORKERS)
        .map(|number| {
            let worker = Worker {
                name: format!("worker-{number}"),
                dice: Dice(number + 1),
                fixture: Arc::clone(&fixture),
                board: Arc::clone(&board),
            };
            tokio::spawn(worker.work_until_complete(runs.clone()))
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    let board = std::mem::take(&mut *board.lock().unwrap());
    assert_eq!(board.completed.len(), PROJECTS * STEPS_OF_A_RUN);
    assert!(board.completed.values().all(|times| *times == 1));
    assert!(board.crashes > 20, "{} crashes", board.crashes);
    assert!(board.lost > 0, "nobody lost a lease");
    for run in runs {
        let steps = fixture
            .studio
            .list_steps(&fixture.db.reader(), run)
            .await
            .unwrap();
        assert_eq!(steps.len(), STEPS_OF_A_RUN);
        assert!(steps.iter().all(|step| step.status == StepStatus::Complete));
    }
}

struct Worker {
    name: String,
    dice: Dice,
    fixture: Arc<Fixture>,
    board: Arc<Mutex<Board>>,
}

impl Worker {
    async fn work_until_complete(mut self, runs: Vec<PipelineRunId>) {
        loop {
            let claimed = self.claim().await.unwrap();
            match claimed {
                Some(claim) => self.work_on(claim).await,
                None if self.are_complete(&runs).await => return,
                None => {
                    // Everything is held or waits for its retry: time goes by.
                    self.fixture.clock.advance(TimeDelta::seconds(7));
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        }
    }

    async fn claim(&mut self) -> Result<Option<Claim>, StudioError> {
        let fixture = Arc::clone(&self.fixture);
        let work = fixture.db.begin().await?;
        let claim = fixture.studio.claim_next(&work, &self.name).await?;
        let Some(claim) = claim else { return Ok(None) };
        if self.dice.throw(20) == 0 {
            // Dies before the claim is committed: there is no claim.
            self.board.lock().unwrap().crashes += 1;
            return Ok(None);
        }
        // The board hears of the claim before anybody else can see that its row is free again.
        self.board.lock().unwrap().take(&claim, fixture.clock.now());
        work.commit().await?;
        Ok(Some(claim))
    }

    async fn work_on(&mut self, claim: Claim) {
        let step = claim.lease.step;
        match self.dice.throw(20) {
            // Dies with the step in its hands: the lease runs out some time.
            0 | 1 => {
                self.board.lock().unwrap().crashes += 1;
                return;
            }
            // Falls silent for longer than its lease.
            2 => self.fixture.clock.advance(TimeDelta::seconds(61)),
            _ => {}
        }
        tokio::task::yield_now().await;
        let fails = self.dice.throw(15) == 0;
        let dies = self.dice.throw(20) == 0;
        let studio = &self.fixture.studio;
        let work = self.fixture.db.begin().await.unwrap();
        let done = match fails {
            true => studio
                .fail_step(&work, &claim.lease, "bad luck")
                .await
                .map(drop),
            false => studio.complete_step(&work, &claim.lease).await,
        };
        match done {
            Err(lost) => {
                assert_eq!(lost.code(), "LEASE_LOST", "{lost:?}");
                self.board.lock().unwrap().lost += 1;
            }
            Ok(()) if dies => {
                self.board.lock().unwrap().crashes += 1;
            }
            Ok(()) => {
                // Taken off the board first: from the commit on, others may have the step.
                self.board.lock().unwrap().release(step, u32::from(!fails));
                work.commit().await.unwrap();
            }
        }
    }

    async fn are_complete(&self, runs: &[PipelineRunId]) -> bool {
        for run in runs {
            let run = self
                .fixture
                .studio
                .run(&self.fixture.db.reader(), *run)
                .await;
            if run.unwrap().status != RunStatus::Complete {
                return false;
            }
        }
        true
    }
}
