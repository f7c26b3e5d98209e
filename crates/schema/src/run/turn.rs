//! One turn at the lock: the next migration is run and recorded, whatever becomes of it.

use std::{panic::AssertUnwindSafe, time::Instant};

use futures_util::FutureExt;
use sea_orm::{DatabaseConnection, DbBackend, DbErr};
use sea_orm_migration::MigrationTrait;

use crate::{backup::Keeper, record::panicked};

use super::{Direction, Event, RunError, Settings, Step, history, plan::Plan, session::Session};

/// What came of a turn.
pub(super) enum Turn {
    Ran(Step),
    /// Another process did in the meantime what this one was about to do.
    Overtaken,
    Done,
}

/// Runs the next migration under the lock.
pub(super) async fn turn(
    connection: &DatabaseConnection,
    plan: &Plan<'_>,
    settings: &Settings<'_>,
    keeper: &mut Keeper<'_>,
) -> Result<Turn, RunError> {
    let session = Session::begin(connection, settings).await?;
    let history = history::read(&session.connection()).await?;
    let Some(migration) = plan.next(history.as_deref().unwrap_or_default())? else {
        nothing_left(session, history.is_some(), settings).await?;
        return Ok(Turn::Done);
    };
    if wants_no_transaction(migration, connection.get_database_backend()) {
        session.rollback().await?;
        return bare_turn(connection, plan, migration.name(), settings).await;
    }
    let started = Instant::now();
    let performed = async {
        let connection = session.connection();
        let kept = keeper.before(&connection, plan.direction(), migration.name());
        if let Some(kept) = kept.await? {
            (settings.progress)(Event::Kept(&kept));
        }
        perform(&session, plan.direction(), migration, settings).await
    };
    match performed.await {
        Ok(()) => session.commit(migration.name(), plan.direction()).await?,
        Err(error) => {
            // The failure is what to tell; a connection that cannot even roll back is closed,
            // which does the same.
            session.rollback().await.ok();
            return Err(error);
        }
    }
    Ok(Turn::Ran(plan.step(migration, started.elapsed())))
}

/// Runs a migration outside of a transaction, unless another process has just done so.
async fn bare_turn(
    connection: &DatabaseConnection,
    plan: &Plan<'_>,
    expected: &str,
    settings: &Settings<'_>,
) -> Result<Turn, RunError> {
    let session = Session::begin_bare(connection, settings).await?;
    let outcome = async {
        let history = history::read(&session.connection()).await?;
        let next = plan.next(history.as_deref().unwrap_or_default())?;
        let Some(migration) = next.filter(|next| next.name() == expected) else {
            return Ok(Turn::Overtaken);
        };
        let started = Instant::now();
        perform(&session, plan.direction(), migration, settings).await?;
        Ok(Turn::Ran(plan.step(migration, started.elapsed())))
    }
    .await;
    let released = session.rollback().await;
    outcome.and_then(|turn| released.map(|()| turn))
}

/// Ends a run that has nothing (more) to do; an existing history still gets its name right.
async fn nothing_left(
    session: Session<'_>,
    has_history: bool,
    settings: &Settings<'_>,
) -> Result<(), RunError> {
    if has_history && history::prepare(&session.connection(), settings.convention).await? {
        return session.commit(history::TABLE, Direction::Up).await;
    }
    session.rollback().await
}

/// Runs and records one migration; what makes it last is the caller's.
async fn perform(
    session: &Session<'_>,
    direction: Direction,
    migration: &dyn MigrationTrait,
    settings: &Settings<'_>,
) -> Result<(), RunError> {
    let name = migration.name();
    history::prepare(&session.connection(), settings.convention).await?;
    (settings.progress)(Event::Started {
        migration: name,
        direction,
    });
    let manager = session.manager();
    let running = async {
        match direction {
            Direction::Up => migration.up(&manager).await,
            Direction::Down => migration.down(&manager).await,
        }
    };
    // sea-query panics on what SQLite cannot alter. Nothing of the migration is used after that
    // but the transaction, which is rolled back.
    let done = AssertUnwindSafe(running).catch_unwind().await;
    done.unwrap_or_else(|panic| Err(DbErr::Migration(panicked(panic.as_ref()))))
        .map_err(|source| session.failure(name, direction, source))?;
    history::record(&session.connection(), name, direction).await
}

fn wants_no_transaction(migration: &dyn MigrationTrait, engine: DbBackend) -> bool {
    engine == DbBackend::Postgres && migration.use_transaction() == Some(false)
}
