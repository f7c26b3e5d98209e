//! Calling a migration.

use std::{any::Any, panic::AssertUnwindSafe};

use futures_util::FutureExt;
use sea_orm::DbErr;
use sea_orm_migration::{MigrationTrait, SchemaManager};

use super::Direction;
use groundwork_naming::Engine;

/// Runs a migration one way. A panic is an error like any other: sea-query panics on what SQLite
/// cannot alter.
pub(crate) async fn call(
    migration: &dyn MigrationTrait,
    direction: Direction,
    manager: &SchemaManager<'_>,
) -> Result<(), DbErr> {
    let running = async {
        match direction {
            Direction::Up => migration.up(manager).await,
            Direction::Down => migration.down(manager).await,
        }
    };
    // Nothing of the migration is used after a panic but its transaction, which is rolled back.
    let done = AssertUnwindSafe(running).catch_unwind().await;
    done.unwrap_or_else(|panic| Err(panicked(panic.as_ref())))
}

/// Whether a migration runs in one transaction: it does unless it says no, which SQLite, that has
/// no statement for it, does not hear.
pub(crate) fn is_transactional(migration: &dyn MigrationTrait, engine: Engine) -> bool {
    engine == Engine::Sqlite || migration.use_transaction() != Some(false)
}

fn panicked(panic: &(dyn Any + Send)) -> DbErr {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a message");
    DbErr::Migration(format!("it panicked: {message}"))
}
