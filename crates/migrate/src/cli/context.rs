//! What every command of `migrate` works with, and how it gets at the database.

use std::{sync::OnceLock, time::Duration};

use groundwork_cli::{CliError, Output, Result, SettingsFlags};
use groundwork_core::{
    config::{self, Loaded},
    db,
};
use sea_orm::DatabaseConnection;

use super::App;

/// What every command works with.
pub(super) struct Context<'a> {
    pub(super) app: &'a App,
    pub(super) flags: &'a SettingsFlags,
    pub(super) output: Output,
    /// The configuration, once it was asked for: it is read once, and sets up the log.
    pub(super) settings: OnceLock<config::Database>,
}

impl Context<'_> {
    /// The database of the configuration. The sections of the service are of no concern here.
    pub(super) fn settings(&self) -> Result<config::Database> {
        if let Some(settings) = self.settings.get() {
            return Ok(settings.clone());
        }
        let loaded: Loaded = self.flags.load(self.app.namespace.clone())?;
        Ok(self.settings.get_or_init(|| loaded.config.database).clone())
    }

    /// Opens the database, which is created where it is missing (SQLite).
    pub(super) async fn connect(&self) -> Result<DatabaseConnection> {
        let database = self.settings()?;
        Ok(db::connect_for_migration(&database).await?)
    }

    /// As [`connect`](Self::connect), waiting so long for another process that has the database to
    /// itself.
    pub(super) async fn connect_within(&self, wait: Duration) -> Result<DatabaseConnection> {
        let mut database = self.settings()?;
        database.acquire_timeout = wait.max(Duration::from_secs(1));
        // An attempt ends before the time for all of them.
        database.busy_timeout = database.busy_timeout.min(database.acquire_timeout / 4);
        Ok(db::connect_for_migration(&database).await?)
    }

    /// Opens the database if it exists; nothing is created.
    pub(super) async fn connect_if_any(&self) -> Result<Option<DatabaseConnection>> {
        let database = self.settings()?;
        Ok(match db::may_exist(&database)? {
            true => Some(db::connect_for_migration(&database).await?),
            false => None,
        })
    }

    /// Opens the database that has to exist, does the work on it, and closes it.
    pub(super) async fn with_existing<T>(
        &self,
        work: impl AsyncFnOnce(&DatabaseConnection) -> Result<T>,
    ) -> Result<T> {
        let connection = self.connect_if_any().await?.ok_or_else(no_database)?;
        let done = work(&connection).await;
        close(connection, done).await
    }
}

/// Closes the database after the work that was `done` on it. SQLite then moves its log into the
/// file and removes it.
pub(super) async fn close<T>(connection: DatabaseConnection, done: Result<T>) -> Result<T> {
    let closed = connection.close().await.map_err(CliError::unavailable);
    done.and_then(|done| closed.map(|()| done))
}

/// The database that a command needs does not exist.
fn no_database() -> CliError {
    CliError::unavailable("there is no database yet; `migrate up` creates it")
}
