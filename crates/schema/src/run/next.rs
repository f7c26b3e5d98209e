//! Runs and records the next migration, under the lock.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Instant,
};

use groundwork_naming::Engine;
use sea_orm::DatabaseConnection;

use super::{
    Event, RunError, Settings, Step,
    change::Rendering,
    engine_of,
    history::{self, History},
    opened::{self, Opened},
    plan::Plan,
    session::{Check, Session},
    unusable_indexes,
};
use crate::{
    backup::BackupPolicy,
    migration::{Direction, HISTORY_TABLE, call},
    record,
};

/// Which edits of applied migrations a run accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edits {
    Refused,
    OfThoseTakenBack,
}

/// A run that is under way.
pub(super) struct Run<'a> {
    connection: &'a DatabaseConnection,
    plan: Plan<'a>,
    edits: Edits,
    settings: &'a Settings<'a>,
    rendering: Rendering,
    backups: BackupPolicy,
    /// The session as it was before the first step.
    opened: Opened,
    /// Nothing has run on this connection yet (SQLite).
    is_fresh: bool,
    /// What the history says; `None` before it was read, or when another process has changed it.
    known: Option<Known>,
}

/// What was read under the lock, kept up to date by what this process does. It spares reading the
/// whole history for every migration.
struct Known {
    applied: BTreeSet<String>,
    /// Positions in the list.
    todo: VecDeque<usize>,
    /// Positions of migrations whose SQL is still to be written down.
    unrecorded: Vec<usize>,
    /// Whether the history is a table with all that it needs.
    is_prepared: bool,
}

/// The outcome of running the next migration.
pub(super) enum StepOutcome {
    Ran(Step),
    /// Another process has run it in the meantime.
    Overtaken,
    Done,
}

impl<'a> Run<'a> {
    pub(super) async fn new(
        connection: &'a DatabaseConnection,
        plan: Plan<'a>,
        edits: Edits,
        settings: &'a Settings<'a>,
    ) -> Result<Self, RunError> {
        let engine = engine_of(connection)?;
        let rendering = Rendering::of(plan.migrations(), engine).await;
        Ok(Self {
            connection,
            plan,
            edits,
            settings,
            rendering,
            backups: BackupPolicy::new(settings.backups),
            opened: Opened::of(connection).await?,
            is_fresh: true,
            known: None,
        })
    }

    /// Runs the next migration under the lock.
    pub(super) async fn run_next(&mut self) -> Result<StepOutcome, RunError> {
        if !std::mem::take(&mut self.is_fresh) && engine_of(self.connection)? == Engine::Sqlite {
            opened::renew(self.connection).await?;
        }
        let session = Session::begin(self.connection, self.settings).await?;
        let done = async {
            self.read_history(&session).await?;
            // What runs outside of a transaction has a session of its own.
            let next = self.next().filter(|&at| self.is_transactional(at));
            let Some(position) = next else {
                return Ok(None);
            };
            self.refuse_transaction_control(position).await?;
            self.keep_backup(&session, position).await?;
            self.prepare(&session).await?;
            let step = self.perform(&session, position).await?;
            Ok(Some((position, step)))
        }
        .await;
        match done {
            Ok(Some((position, step))) => {
                let check = self.check(position);
                let (name, direction) = (&step.migration, step.direction);
                let started = Instant::now();
                session.commit(name, direction, check).await?;
                let took = step.took + started.elapsed();
                self.ran(position);
                Ok(StepOutcome::Ran(Step { took, ..step }))
            }
            Ok(None) => self.end_of_transaction(session).await,
            Err(error) => {
                // The failure is what to return; a connection that cannot even roll back is
                // closed, which does the same.
                session.rollback().await.ok();
                self.known = None;
                Err(error)
            }
        }
    }

    /// A statement that ends the transaction would leave a half of the migration without a record.
    async fn refuse_transaction_control(&self, position: usize) -> Result<(), RunError> {
        let direction = self.plan.direction();
        let engine = engine_of(self.connection)?;
        let migration = self.plan.migrations()[position].as_ref();
        let found = match direction {
            Direction::Up => {
                let recording = self.rendering.recording(position);
                recording.transaction_control(engine).map(str::to_owned)
            }
            Direction::Down => {
                let recording = record::alone(migration, direction, engine).await;
                recording.transaction_control(engine).map(str::to_owned)
            }
        };
        match found {
            None => Ok(()),
            Some(statement) => Err(RunError::TransactionControl {
                migration: migration.name().to_owned(),
                direction,
                statement,
            }),
        }
    }

    async fn keep_backup(
        &mut self,
        session: &Session<'_>,
        position: usize,
    ) -> Result<(), RunError> {
        let (recording, direction) = (self.rendering.recording(position), self.plan.direction());
        let connection = session.connection();
        let kept = self.backups.before(&connection, direction, recording);
        if let Some(kept) = kept.await? {
            (self.settings.progress)(Event::Kept(&kept));
        }
        Ok(())
    }

    /// Nothing is left to run in this transaction: the next migration runs outside of one, or there
    /// is none.
    async fn end_of_transaction(&mut self, session: Session<'a>) -> Result<StepOutcome, RunError> {
        let has_history = self
            .known
            .as_ref()
            .is_some_and(|known| known.is_prepared || !known.applied.is_empty());
        let next = self.next();
        if has_history && next.is_none() && self.prepare(&session).await? {
            session
                .commit(HISTORY_TABLE, Direction::Up, Check::Nothing)
                .await?;
        } else {
            session.rollback().await?;
        }
        match next {
            Some(position) => self.run_next_bare(position).await,
            None => Ok(StepOutcome::Done),
        }
    }

    /// Runs a migration outside of a transaction, unless another process has just done so.
    async fn run_next_bare(&mut self, position: usize) -> Result<StepOutcome, RunError> {
        let name = self.plan.migrations()[position].name();
        let session = Session::begin_bare(self.connection, name, self.settings).await?;
        let outcome = async {
            self.read_history(&session).await?;
            if self.next() != Some(position) {
                return Ok(StepOutcome::Overtaken);
            }
            self.prepare(&session).await?;
            if self.plan.direction() == Direction::Up {
                let recording = self.rendering.recording(position);
                for index in
                    unusable_indexes::drop_unusable(&session.connection(), recording).await?
                {
                    (self.settings.progress)(Event::IndexDropped {
                        migration: name,
                        index: &index,
                    });
                }
            }
            let step = self.perform(&session, position).await?;
            self.ran(position);
            Ok(StepOutcome::Ran(step))
        }
        .await;
        let released = session.rollback().await;
        if outcome.is_err() {
            self.known = None;
        }
        outcome.and_then(|outcome| released.map(|()| outcome))
    }

    /// Reads the history, unless it still is as this process left it.
    async fn read_history(&mut self, session: &Session<'_>) -> Result<(), RunError> {
        if let Some(known) = self.known.as_ref().filter(|known| known.is_prepared) {
            let outline = history::outline(&session.connection()).await?;
            if outline == (known.applied.len(), known.applied.last().cloned()) {
                return Ok(());
            }
        }
        let history = history::read(&session.connection()).await?;
        let history = history.unwrap_or_default();
        let applied: BTreeSet<String> = history.keys().cloned().collect();
        let renamed = self.rendering.renamed(&history);
        if !renamed.is_empty() {
            return Err(RunError::Renamed {
                migrations: renamed,
            });
        }
        let todo = self.plan.todo(&applied, self.settings.order)?;
        self.refuse_changes(&history, &todo)?;
        self.known = Some(Known {
            unrecorded: self.rendering.unrecorded(&history),
            applied,
            todo,
            is_prepared: false,
        });
        Ok(())
    }

    fn refuse_changes(&self, history: &History, todo: &VecDeque<usize>) -> Result<(), RunError> {
        let mut changes = self.rendering.changes(history);
        if self.edits == Edits::OfThoseTakenBack {
            let is_taken_back =
                |name: &str| (todo.iter()).any(|&at| self.plan.migrations()[at].name() == name);
            changes.retain(|change| !is_taken_back(&change.migration));
        }
        if changes.is_empty() {
            Ok(())
        } else {
            Err(RunError::Changed { changes })
        }
    }

    /// Gives the history its form, and what it lacks of migrations that are applied. Returns
    /// whether anything had to be done.
    async fn prepare(&mut self, session: &Session<'_>) -> Result<bool, RunError> {
        let Some(known) = self.known.as_mut().filter(|known| !known.is_prepared) else {
            return Ok(false);
        };
        let connection = session.connection();
        let mut is_changed = history::prepare(&connection, self.settings.convention).await?;
        for position in std::mem::take(&mut known.unrecorded) {
            let name = self.plan.migrations()[position].name();
            let record = self.rendering.record(position, None);
            history::fill(&connection, name, &record).await?;
            (self.settings.progress)(Event::Recorded { migration: name });
            is_changed = true;
        }
        known.is_prepared = true;
        Ok(is_changed)
    }

    /// Runs and records one migration; the caller commits it.
    async fn perform(&self, session: &Session<'_>, position: usize) -> Result<Step, RunError> {
        let migration = self.plan.migrations()[position].as_ref();
        let (name, direction) = (migration.name(), self.plan.direction());
        (self.settings.progress)(Event::Started {
            migration: name,
            direction,
        });
        let started = Instant::now();
        let recording = self.rendering.recording(position);
        session.mark().await?;
        if let Err(error) = call(migration, direction, &session.manager()).await {
            return Err(session.failed(recording, direction, error).await);
        }
        session.release_mark(recording, direction).await?;
        session.reset(self.settings, &self.opened).await?;
        let took = started.elapsed();
        match direction {
            Direction::Up => {
                let mut record = self.rendering.record(position, self.settings.program);
                record.took = Some(took);
                history::insert(&session.connection(), name, &record).await?;
            }
            Direction::Down => history::delete(&session.connection(), name).await?,
        }
        Ok(Step {
            migration: name.to_owned(),
            direction,
            took,
        })
    }

    /// A migration is done for good.
    fn ran(&mut self, position: usize) {
        self.plan.count_one();
        let name = self.plan.migrations()[position].name();
        let Some(known) = &mut self.known else { return };
        known.todo.pop_front();
        match self.plan.direction() {
            Direction::Up => known.applied.insert(name.to_owned()),
            Direction::Down => known.applied.remove(name),
        };
    }

    fn next(&self) -> Option<usize> {
        self.known.as_ref()?.todo.front().copied()
    }

    fn is_transactional(&self, position: usize) -> bool {
        self.rendering.recording(position).is_transactional
    }

    /// Looking at every row of every table takes time where there are many.
    fn check(&self, position: usize) -> Check {
        let recording = self.rendering.recording(position);
        if self.plan.direction() == Direction::Up && recording.only_creates() {
            Check::Nothing
        } else {
            Check::ForeignKeys
        }
    }
}
