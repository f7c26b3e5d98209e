//! Runs migrations: each in one transaction, on both engines, exactly once however many processes
//! try at the same time.
//!
//! Every step takes the lock, reads the history, runs one migration and records it, all in the
//! same transaction. A process that dies at any moment, even by `kill -9`, leaves the schema as it
//! was before that migration or as it is after it. The migrations are ordinary ones of
//! sea-orm-migration, and the history is kept in SeaORM's own table, so that an existing project
//! carries on.
//!
//! A migration that cannot run in a transaction (`CREATE INDEX CONCURRENTLY`) says so by
//! `use_transaction() -> Some(false)`; on PostgreSQL it then runs outside one, still under the
//! lock. SQLite has no such statements, and always uses a transaction.

mod error;
mod history;
mod mark;
mod plan;
mod session;
mod turn;

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use sea_orm_migration::MigrationTrait;
use serde::Serialize;
use tracing::info;

use crate::{
    backup::{self, Keeper, Kept},
    naming::Convention,
};
pub use error::RunError;
pub use history::TABLE as HISTORY_TABLE;
pub use mark::mark_applied;
use plan::Plan;
use session::ForeignKeys;
use turn::{Turn, turn};

/// How to run.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// Names the constraint of the table that holds the history.
    pub convention: &'a Convention,
    /// How long to wait for another process that holds the database before giving up with
    /// [`RunError::Busy`].
    pub patience: Duration,
    /// Told of every step, as it happens.
    pub progress: &'a (dyn Fn(Event<'_>) + Send + Sync),
    /// How many backups of an SQLite database remain, once one has been made before a step that
    /// loses data; 0: none is made.
    pub backups: usize,
}

impl<'a> Settings<'a> {
    /// One minute of patience, nobody told of progress, and the usual number of backups.
    #[must_use]
    pub const fn new(convention: &'a Convention) -> Self {
        Self {
            convention,
            patience: Duration::from_secs(60),
            progress: &|_| (),
            backups: backup::KEPT,
        }
    }
}

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal<'a> {
    /// To the newest schema, or back to none.
    All,
    /// That many migrations.
    Steps(u32),
    /// Until this migration is the newest one applied. The name may lack its timestamp.
    To(&'a str),
}

/// The way a migration is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It changes the schema.
    Up,
    /// Its change is taken back.
    Down,
}

/// What happens during a run.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Another process has held the database for half a second; this one waits on.
    Waiting,
    /// A migration begins.
    Started {
        /// Its name.
        migration: &'a str,
        /// Which way it is run.
        direction: Direction,
    },
    /// The next step loses data, and this was done about it.
    Kept(&'a Kept),
    /// A migration is committed.
    Finished(&'a Step),
}

/// A migration that was run and committed.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name.
    pub migration: String,
    /// Which way it was run.
    pub direction: Direction,
    /// How long it took, commit included.
    pub took: Duration,
}

/// What a run did; empty if there was nothing to do.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order in which they were run.
    pub steps: Vec<Step>,
}

/// What is known about a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Its name.
    pub migration: String,
    /// Where it stands.
    pub state: State,
}

/// Where a migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has been applied, at this instant, to the second.
    Applied(DateTime<Utc>),
    /// It has not been applied.
    Pending,
    /// It has been applied, at this instant, but the program does not know it.
    Unknown(DateTime<Utc>),
}

/// Applies migrations that are pending, oldest first.
///
/// `connection` must be for migrations alone; on SQLite a pool of one, because foreign keys are
/// off while a migration runs (else a rebuilt table would lose the rows of others) and are checked
/// before its commit.
///
/// # Errors
/// Any [`RunError`]. What was committed before the failure stays; what failed changed nothing.
pub async fn up(
    connection: &DatabaseConnection,
    migrations: &[Box<dyn MigrationTrait>],
    goal: Goal<'_>,
    settings: &Settings<'_>,
) -> Result<Report, RunError> {
    run(connection, migrations, Direction::Up, goal, settings).await
}

/// Takes back migrations that are applied, newest first.
///
/// # Errors
/// As [`up`].
pub async fn down(
    connection: &DatabaseConnection,
    migrations: &[Box<dyn MigrationTrait>],
    goal: Goal<'_>,
    settings: &Settings<'_>,
) -> Result<Report, RunError> {
    run(connection, migrations, Direction::Down, goal, settings).await
}

/// Takes back the newest `steps` migrations and applies them again.
///
/// # Errors
/// As [`up`]; should one fail on its way up, those after it stay taken back.
pub async fn redo(
    connection: &DatabaseConnection,
    migrations: &[Box<dyn MigrationTrait>],
    steps: u32,
    settings: &Settings<'_>,
) -> Result<Report, RunError> {
    let mut report = down(connection, migrations, Goal::Steps(steps), settings).await?;
    if let Some(newest) = report.steps.first() {
        let goal = Goal::To(&newest.migration);
        let again = up(connection, migrations, goal, settings).await?;
        report.steps.extend(again.steps);
    }
    Ok(report)
}

/// Where every migration stands: those of the program in their order, then those that only the
/// database knows. Changes nothing; an empty database stays empty.
///
/// # Errors
/// [`RunError::Database`].
pub async fn status(
    connection: &impl ConnectionTrait,
    migrations: &[Box<dyn MigrationTrait>],
) -> Result<Vec<Status>, RunError> {
    let history = history::read(connection).await?.unwrap_or_default();
    let known = migrations.iter().map(|migration| {
        let name = migration.name();
        let state = history
            .iter()
            .find(|applied| applied.name == name)
            .map_or(State::Pending, |applied| State::Applied(applied.at));
        Status {
            migration: name.to_owned(),
            state,
        }
    });
    let is_known = |name: &str| migrations.iter().any(|m| m.name() == name);
    let unknown = (history.iter())
        .filter(|applied| !is_known(&applied.name))
        .map(|applied| Status {
            migration: applied.name.clone(),
            state: State::Unknown(applied.at),
        });
    Ok(known.chain(unknown).collect())
}

/// The migrations that are still to be applied, oldest first. Changes nothing, so that a
/// connection that may only read will do.
///
/// # Errors
/// [`RunError::Newer`] or [`RunError::Missing`] if the database knows migrations that the program
/// does not, and [`RunError::Database`].
pub async fn pending(
    connection: &impl ConnectionTrait,
    migrations: &[Box<dyn MigrationTrait>],
) -> Result<Vec<String>, RunError> {
    let history = history::read(connection).await?.unwrap_or_default();
    let pending = plan::pending(migrations, &history)?;
    Ok(pending.map(|m| m.name().to_owned()).collect())
}

/// What the `down` of a migration that cannot be undone returns; `why` ends the sentence "this
/// migration cannot be taken back: …".
#[must_use]
pub fn irreversible(why: &str) -> DbErr {
    DbErr::Migration(format!("{IRREVERSIBLE} {why}"))
}

/// How the error of an irreversible migration begins.
pub(crate) const IRREVERSIBLE: &str = "this migration cannot be taken back:";

/// What a migration returns whose `part` nobody has written yet; it keeps an unfinished one from
/// being recorded as applied.
#[must_use]
pub fn unwritten(part: &str) -> DbErr {
    DbErr::Migration(format!("{part} is not written yet"))
}

async fn run(
    connection: &DatabaseConnection,
    migrations: &[Box<dyn MigrationTrait>],
    direction: Direction,
    goal: Goal<'_>,
    settings: &Settings<'_>,
) -> Result<Report, RunError> {
    let mut plan = Plan::parse(migrations, direction, goal)?;
    let mut keeper = Keeper::new(migrations, settings.backups);
    let mut report = Report::default();
    let foreign_keys = ForeignKeys::remember(connection).await?;
    let done = loop {
        match turn(connection, &plan, settings, &mut keeper).await {
            Ok(Turn::Ran(step)) => {
                info!(migration = %step.migration, ?direction, took = ?step.took, "migrated");
                (settings.progress)(Event::Finished(&step));
                report.steps.push(step);
                plan.count_one();
            }
            Ok(Turn::Overtaken) => {}
            Ok(Turn::Done) => break Ok(report),
            Err(error) => break Err(error),
        }
    };
    // Also after a failure, whose error is the one to tell.
    let restored = foreign_keys.restore(connection).await;
    done.and_then(|report| restored.map(|()| report))
}
