//! Runs migrations: each in one transaction, on both engines, exactly once however many processes
//! try at the same time.
//!
//! Every step takes the lock, reads the history, runs one migration and records it, all in the
//! same transaction. A process that dies at any moment, even by `kill -9`, leaves the schema as it
//! was before that migration or as it is after it. The migrations are ordinary ones of
//! sea-orm-migration, and the history is kept in SeaORM's own table, so that an existing project
//! carries on.
//!
//! The history holds, per applied migration, the SQL that it executed on this engine with its
//! checksum. An applied migration whose SQL was edited stops every run; how the SQL, or the Rust
//! around it, is written does not matter. [`repair()`] accepts an edit deliberately.
//!
//! A migration that cannot run in a transaction (`CREATE INDEX CONCURRENTLY`) says so by
//! `use_transaction() -> Some(false)`; on PostgreSQL it then runs outside one, still under the
//! lock. SQLite has no such statements, and always uses a transaction.

mod call;
mod change;
mod error;
mod history;
mod index;
mod mark;
mod plan;
mod repair;
mod retry;
mod script;
mod session;
mod status;
mod turn;

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use sea_orm_migration::MigrationTrait;
use serde::Serialize;
use tracing::info;

use self::plan::Plan;
use crate::backup::{self, Kept};
pub(crate) use call::{call, is_transactional};
pub use change::Change;
pub use error::RunError;
use groundwork_naming::{Convention, Engine};
pub use history::TABLE as HISTORY_TABLE;
pub use mark::mark_applied;
pub use repair::{Repair, RepairAction, repair, repairs};
use retry::Retries;
pub use script::{Planned, Span, plan, preview, preview_new, preview_redo, script};
use session::ForeignKeys;
pub use status::{Applied, State, Status, examine, status};
use turn::{Run, Turn};

/// How to run.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// Names the constraint of the table that holds the history.
    pub convention: &'a Convention,
    /// How long to wait for another process that holds the database before giving up with
    /// [`RunError::Busy`], and to try again where others hold its locks ([`RunError::Locked`]).
    pub patience: Duration,
    /// How long a statement waits for a lock before its migration is rolled back and tried again:
    /// whoever comes after a waiting one waits too (PostgreSQL).
    pub lock_timeout: Duration,
    /// How long a statement may take; `None`: as long as it needs (PostgreSQL).
    pub statement_timeout: Option<Duration>,
    /// Whether a migration may be applied that stands before one that is applied already.
    pub order: Order,
    /// Name and version of the program, for the history.
    pub program: Option<&'a str>,
    /// Told of every step, as it happens.
    pub progress: &'a (dyn Fn(Event<'_>) + Send + Sync),
    /// How many backups of an SQLite database remain, once one has been made before a step that
    /// loses data; 0: none is made.
    pub backups: usize,
}

impl<'a> Settings<'a> {
    /// One minute of patience, locks within three seconds, strict order, nobody told of progress,
    /// and the usual number of backups.
    #[must_use]
    pub const fn new(convention: &'a Convention) -> Self {
        Self {
            convention,
            patience: Duration::from_secs(60),
            lock_timeout: Duration::from_secs(3),
            statement_timeout: None,
            order: Order::Strict,
            program: None,
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

/// What to do about migrations that are pending and stand before one that is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Stop with [`RunError::OutOfOrder`].
    Strict,
    /// Apply them.
    Any,
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
    /// Others hold what a migration has to lock; it was rolled back and is tried again.
    Retrying {
        /// Its name.
        migration: &'a str,
        /// How long it rests first.
        pause: Duration,
    },
    /// An index was dropped that an earlier, failed attempt at this migration had left unusable.
    IndexDropped {
        /// The migration that builds it.
        migration: &'a str,
        /// The index.
        index: &'a str,
    },
    /// The SQL of a migration was written down that had been applied without, by SeaORM's own
    /// runner.
    Recorded {
        /// Its name.
        migration: &'a str,
    },
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
    let plan = Plan::parse(migrations, Direction::Up, goal)?;
    run(connection, plan, Edits::Refused, settings).await
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
    let plan = Plan::parse(migrations, Direction::Down, goal)?;
    run(connection, plan, Edits::Refused, settings).await
}

/// Takes back the newest `steps` migrations and applies them again. They may have been edited:
/// that is what this is for.
///
/// # Errors
/// As [`up`]; should one fail on its way up, those after it stay taken back.
pub async fn redo(
    connection: &DatabaseConnection,
    migrations: &[Box<dyn MigrationTrait>],
    steps: u32,
    settings: &Settings<'_>,
) -> Result<Report, RunError> {
    let plan = Plan::parse(migrations, Direction::Down, Goal::Steps(steps))?;
    let mut report = run(connection, plan, Edits::OfThoseTakenBack, settings).await?;
    if let Some(newest) = report.steps.first() {
        let goal = Goal::To(&newest.migration);
        let again = up(connection, migrations, goal, settings).await?;
        report.steps.extend(again.steps);
    }
    Ok(report)
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
    let applied = history::names(connection).await?;
    let pending = plan::pending(migrations, &applied)?;
    Ok(pending.map(|m| m.name().to_owned()).collect())
}

/// What the `down` of a migration that cannot be undone returns; `why` ends the sentence "this
/// migration cannot be taken back: …".
#[must_use]
pub fn irreversible(why: &str) -> DbErr {
    DbErr::Migration(format!("{IRREVERSIBLE} {why}"))
}

/// How the error of an irreversible migration begins.
pub const IRREVERSIBLE: &str = "this migration cannot be taken back:";

/// What a migration returns whose `part` nobody has written yet; it keeps an unfinished one from
/// being recorded as applied.
#[must_use]
pub fn unwritten(part: &str) -> DbErr {
    DbErr::Migration(format!("{part} is not written yet"))
}

/// Which edits of applied migrations a run accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edits {
    Refused,
    OfThoseTakenBack,
}

async fn run(
    connection: &DatabaseConnection,
    plan: Plan<'_>,
    edits: Edits,
    settings: &Settings<'_>,
) -> Result<Report, RunError> {
    let direction = plan.direction();
    let mut report = Report::default();
    let foreign_keys = ForeignKeys::remember(connection).await?;
    let mut run = Run::new(connection, plan, edits, settings).await?;
    let mut retries = Retries::new(settings);
    let done = loop {
        match run.turn().await {
            Ok(Turn::Ran(step)) => {
                info!(migration = %step.migration, ?direction, took = ?step.took, "migrated");
                (settings.progress)(Event::Finished(&step));
                report.steps.push(step);
                retries = Retries::new(settings);
            }
            Ok(Turn::Overtaken) => {}
            Ok(Turn::Done) => break Ok(report),
            Err(error) => {
                if let Err(error) = retries.rest_after(error).await {
                    break Err(error);
                }
            }
        }
    };
    // Also after a failure, whose error is the one to tell.
    let restored = foreign_keys.restore(connection).await;
    done.and_then(|report| restored.map(|()| report))
}

/// The engine of a connection.
pub fn engine_of(connection: &impl ConnectionTrait) -> Result<Engine, RunError> {
    Ok(connection.get_database_backend().try_into()?)
}
