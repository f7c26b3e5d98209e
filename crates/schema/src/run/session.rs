//! The lock under which one migration runs, and its transaction: one and the same thing.
//!
//! SQLite: `BEGIN IMMEDIATE`, which one connection at a time holds. PostgreSQL: a transaction that
//! holds an advisory lock. Either ends with the transaction, however the process ends.

use groundwork_naming::Engine;
use sea_orm::{DatabaseConnection, DatabaseTransaction};
use sea_orm_migration::{SchemaManager, SchemaManagerConnection};

use super::{RunError, Settings, engine_of, pooler, postgres, retry::Wait, sqlite};
use crate::{
    migration::{Cause, Direction, MigrationError},
    record::Recording,
};

/// The right to migrate, held until it is committed or rolled back.
pub(super) enum Session<'c> {
    /// On either engine.
    Transaction(DatabaseTransaction),
    /// PostgreSQL only: the lock is the session's.
    Bare(&'c DatabaseConnection),
}

/// What has to hold at a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// Every row refers to one that exists.
    ForeignKeys,
    /// Nothing was done that could break it.
    Nothing,
}

impl<'c> Session<'c> {
    /// Waits for the lock, and opens the transaction that holds it.
    pub(super) async fn begin(
        connection: &'c DatabaseConnection,
        settings: &Settings<'_>,
    ) -> Result<Self, RunError> {
        let mut wait = Wait::new(settings);
        let engine = engine_of(connection)?;
        loop {
            let begun = match engine {
                Engine::Sqlite => sqlite::try_begin(connection).await?,
                Engine::Postgres => postgres::try_begin(connection, settings).await?,
            };
            if let Some(transaction) = begun {
                return Ok(Self::Transaction(transaction));
            }
            wait.a_little().await?;
        }
    }

    /// Waits for the lock without a transaction, for a migration that cannot run in one.
    pub(super) async fn begin_bare(
        connection: &'c DatabaseConnection,
        migration: &str,
        settings: &Settings<'_>,
    ) -> Result<Self, RunError> {
        postgres::require_one(connection)?;
        if pooler::shares_sessions(connection).await? {
            return Err(RunError::SharedSession {
                migration: migration.to_owned(),
            });
        }
        let mut wait = Wait::new(settings);
        while !postgres::ask_for_lock(connection, "pg_try_advisory_lock").await? {
            wait.a_little().await?;
        }
        let session = Self::Bare(connection);
        postgres::watch_session_for_death(connection).await;
        postgres::limit(connection, "SET", settings).await?;
        Ok(session)
    }

    /// What a migration works on.
    pub(super) fn manager(&self) -> SchemaManager<'_> {
        match self {
            Self::Transaction(transaction) => SchemaManager::new(transaction),
            Self::Bare(connection) => SchemaManager::new(*connection),
        }
    }

    /// The same, for plain statements.
    pub(super) fn connection(&self) -> SchemaManagerConnection<'_> {
        match self {
            Self::Transaction(transaction) => SchemaManagerConnection::Transaction(transaction),
            Self::Bare(connection) => SchemaManagerConnection::Connection(connection),
        }
    }

    /// The error of a migration that failed here.
    pub(super) fn run_error(
        &self,
        recording: &Recording,
        direction: Direction,
        error: MigrationError,
    ) -> RunError {
        let migration = recording.migration.clone();
        let MigrationError { cause, source } = error;
        match self {
            Self::Transaction(_) => RunError::Failed {
                migration,
                direction,
                cause,
                source,
            },
            Self::Bare(_) => RunError::FailedBare {
                migration,
                direction,
                cause,
                is_retriable: recording.statements.len() == 1 && direction == Direction::Up,
                source,
            },
        }
    }

    /// Makes the migration last, if every foreign key still holds.
    pub(super) async fn commit(
        self,
        migration: &str,
        direction: Direction,
        check: Check,
    ) -> Result<(), RunError> {
        let Self::Transaction(transaction) = self else {
            return self.rollback().await;
        };
        let orphans = match check {
            Check::ForeignKeys => orphans(&transaction).await?,
            Check::Nothing => Vec::new(),
        };
        if !orphans.is_empty() {
            transaction.rollback().await.ok();
            return Err(RunError::Orphans {
                migration: migration.to_owned(),
                orphans,
            });
        }
        transaction
            .commit()
            .await
            .map_err(|source| RunError::Failed {
                migration: migration.to_owned(),
                direction,
                cause: Cause::Refused,
                source,
            })
    }

    /// Gives the lock back, and undoes what a transaction did.
    pub(super) async fn rollback(self) -> Result<(), RunError> {
        match self {
            Self::Transaction(transaction) => transaction.rollback().await,
            Self::Bare(connection) => postgres::release(connection).await,
        }
        .map_err(RunError::database("releasing the database"))
    }
}

/// Rows that refer to nothing, counted for each pair of tables; none on PostgreSQL, which refuses
/// them by itself.
async fn orphans(transaction: &DatabaseTransaction) -> Result<Vec<String>, RunError> {
    match engine_of(transaction)? {
        Engine::Sqlite => sqlite::orphans(transaction).await,
        Engine::Postgres => Ok(Vec::new()),
    }
}
