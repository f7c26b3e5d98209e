//! The lock under which one migration runs, and its transaction: one and the same thing.
//!
//! SQLite: `BEGIN IMMEDIATE`, which one connection at a time holds. PostgreSQL: a transaction that
//! holds an advisory lock. Either ends with the transaction, however the process ends.

use groundwork_naming::Engine;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr};
use sea_orm_migration::{SchemaManager, SchemaManagerConnection};

use super::opened::Opened;
use super::{
    RunError, Settings, engine_of, pooler, postgres,
    retry::{self, Wait},
    sqlite,
};
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

const MARK: &str = "SAVEPOINT groundwork_migration";
const RELEASE_MARK: &str = "RELEASE SAVEPOINT groundwork_migration";
const BACK_TO_MARK: &str = "ROLLBACK TO SAVEPOINT groundwork_migration";

/// Whether there is no such savepoint, or no transaction at all.
fn is_without_mark(error: &DbErr) -> bool {
    match retry::sql_state(error).as_deref() {
        // invalid_savepoint_specification, no_active_sql_transaction
        Some("3B001" | "25P01") => true,
        // SQLite has no code of its own for it.
        _ => error.to_string().contains("no such savepoint"),
    }
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

    /// Marks where a migration begins.
    pub(super) async fn mark(&self) -> Result<(), RunError> {
        let Self::Transaction(transaction) = self else {
            return Ok(());
        };
        let marked = transaction.execute_unprepared(MARK).await;
        marked
            .map(drop)
            .map_err(RunError::database("beginning a migration"))
    }

    /// Ends a migration that ran well: the mark is there only if the transaction still is the
    /// runner's.
    pub(super) async fn release_mark(
        &self,
        recording: &Recording,
        direction: Direction,
    ) -> Result<(), RunError> {
        let Self::Transaction(transaction) = self else {
            return Ok(());
        };
        let released = transaction.execute_unprepared(RELEASE_MARK).await;
        released
            .map(drop)
            .map_err(|source| match is_without_mark(&source) {
                true => RunError::EndedTransaction {
                    migration: recording.migration.clone(),
                    direction,
                    source,
                },
                false => RunError::Database {
                    doing: "ending a migration",
                    source,
                },
            })
    }

    /// The error of a migration that failed, which must not say that nothing was kept when the
    /// transaction was no longer the runner's.
    pub(super) async fn failed(
        &self,
        recording: &Recording,
        direction: Direction,
        error: MigrationError,
    ) -> RunError {
        if let Self::Transaction(transaction) = self
            && !retry::takes_all_back(&error.source)
            && let Err(source) = transaction.execute_unprepared(BACK_TO_MARK).await
            && is_without_mark(&source)
        {
            return RunError::EndedTransaction {
                migration: recording.migration.clone(),
                direction,
                source: error.source,
            };
        }
        self.run_error(recording, direction, error)
    }

    /// The error of a migration that failed here.
    fn run_error(
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

    /// Gives the session back the settings that it was opened with, so that nothing of one migration is
    /// met by its record or by the next one.
    pub(super) async fn reset(
        &self,
        settings: &Settings<'_>,
        opened: &Opened,
    ) -> Result<(), RunError> {
        let connection = self.connection();
        if engine_of(&connection)? != Engine::Postgres {
            return Ok(());
        }
        let reset = opened.restore(&connection).await;
        reset.map_err(RunError::database("resetting the session"))?;
        let set = match self {
            Self::Transaction(_) => "SET LOCAL",
            Self::Bare(_) => "SET",
        };
        postgres::limit(&connection, set, settings).await
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
