//! Running migrations until there is nothing left to do.

use groundwork_naming::Engine;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use sea_orm_migration::MigrationTrait;
use tracing::info;

use super::{
    Event, Goal, Report, RunError, Settings, history,
    next::{Edits, Run, StepOutcome},
    plan::{self, Plan},
    retry::Retries,
    sqlite::ForeignKeys,
};
use crate::migration::Direction;

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
        match run.run_next().await {
            Ok(StepOutcome::Ran(step)) => {
                info!(migration = %step.migration, ?direction, took = ?step.took, "migrated");
                (settings.progress)(Event::Finished(&step));
                report.steps.push(step);
                retries = Retries::new(settings);
            }
            Ok(StepOutcome::Overtaken) => {}
            Ok(StepOutcome::Done) => break Ok(report),
            Err(error) => {
                if let Err(error) = retries.rest_after(error).await {
                    break Err(error);
                }
            }
        }
    };
    // Also after a failure, whose error is the one to return.
    let restored = foreign_keys.restore(connection).await;
    done.and_then(|report| restored.map(|()| report))
}

/// The engine of a connection.
pub fn engine_of(connection: &impl ConnectionTrait) -> Result<Engine, RunError> {
    Ok(connection.get_database_backend().try_into()?)
}
