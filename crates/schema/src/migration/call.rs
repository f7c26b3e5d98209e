//! Calling a migration.

use std::{any::Any, panic::AssertUnwindSafe};

use futures_util::FutureExt;
use groundwork_naming::Engine;
use sea_orm::DbErr;
use sea_orm_migration::{MigrationTrait, SchemaManager};

use super::{Cause, Direction, MigrationError};

/// Runs a migration one way. A panic is an error like any other: sea-query panics on what SQLite
/// cannot alter.
pub(crate) async fn call(
    migration: &dyn MigrationTrait,
    direction: Direction,
    manager: &SchemaManager<'_>,
) -> Result<(), MigrationError> {
    let running = async {
        match direction {
            Direction::Up => migration.up(manager).await,
            Direction::Down => migration.down(manager).await,
        }
    };
    // Nothing of the migration is used after a panic but its transaction, which is rolled back.
    match AssertUnwindSafe(running).catch_unwind().await {
        Ok(done) => done.map_err(MigrationError::from),
        Err(panic) => Err(panicked(panic.as_ref())),
    }
}

/// Whether a migration runs in one transaction. It does unless it says no, which is ignored on
/// SQLite: that has no statement that needs it.
pub(crate) fn is_transactional(migration: &dyn MigrationTrait, engine: Engine) -> bool {
    !engine.capabilities().indexes_concurrently || migration.use_transaction() != Some(false)
}

fn panicked(panic: &(dyn Any + Send)) -> MigrationError {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a message");
    MigrationError {
        cause: Cause::Panicked,
        source: DbErr::Migration(format!("it panicked: {message}")),
    }
}
