//! The lock under which one migration runs, and its transaction: one and the same thing.
//!
//! SQLite: `BEGIN IMMEDIATE`, which one connection at a time holds. PostgreSQL: a transaction that
//! holds an advisory lock. Either ends with the transaction, however the process ends.

use std::time::{Duration, Instant};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{SchemaManager, SchemaManagerConnection};

use super::{Direction, Event, RunError, Settings, retry::sql_state};
use crate::record::Recording;

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
        loop {
            if let Some(transaction) = try_begin(connection, settings).await? {
                return Ok(Self::Transaction(transaction));
            }
            wait.a_little().await?;
        }
    }

    /// Waits for the lock without a transaction, for a migration that cannot run in one.
    pub(super) async fn begin_bare(
        connection: &'c DatabaseConnection,
        settings: &Settings<'_>,
    ) -> Result<Self, RunError> {
        require_one(connection)?;
        let mut wait = Wait::new(settings);
        while !ask_for_lock(connection, "pg_try_advisory_lock").await? {
            wait.a_little().await?;
        }
        let session = Self::Bare(connection);
        limit(connection, "SET", settings).await?;
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
    pub(super) fn failure(
        &self,
        recording: &Recording,
        direction: Direction,
        source: DbErr,
    ) -> RunError {
        let migration = recording.migration.clone();
        match self {
            Self::Transaction(_) => RunError::Failed {
                migration,
                direction,
                source,
            },
            Self::Bare(_) => RunError::FailedBare {
                migration,
                direction,
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
                source,
            })
    }

    /// Gives the lock back, and undoes what a transaction did.
    pub(super) async fn rollback(self) -> Result<(), RunError> {
        match self {
            Self::Transaction(transaction) => transaction.rollback().await,
            Self::Bare(connection) => {
                let sql = format!(
                    "RESET lock_timeout; RESET statement_timeout; SELECT pg_advisory_unlock({LOCK_KEY})"
                );
                connection.execute_unprepared(&sql).await.map(drop)
            }
        }
        .map_err(RunError::database("releasing the database"))
    }
}

/// Lets PostgreSQL notice within half a second that this process is gone, also in the middle of a
/// long statement, so that its locks are free again. Older servers, and those on systems that
/// cannot, refuse; there a statement runs to its end first.
pub(super) async fn watch_for_death(connection: &DatabaseConnection) {
    if connection.get_database_backend() == DbBackend::Postgres {
        let sql = "SET client_connection_check_interval = 500";
        connection.execute_unprepared(sql).await.ok();
    }
}

/// Whether SQLite upheld foreign keys before a run. While it lasts they must be off: dropping a
/// table to rebuild it would else delete the rows that refer to it. PostgreSQL has no such switch
/// and needs none.
pub(super) struct ForeignKeys {
    were_on: bool,
}

impl ForeignKeys {
    /// Remembers how they are; each transaction then begins with them off.
    pub(super) async fn remember(connection: &DatabaseConnection) -> Result<Self, RunError> {
        if connection.get_database_backend() != DbBackend::Sqlite {
            return Ok(Self { were_on: false });
        }
        require_one(connection)?;
        let statement = Statement::from_string(DbBackend::Sqlite, "PRAGMA foreign_keys");
        let asked = async {
            let row = connection.query_one_raw(statement).await?;
            row.map_or(Ok(false), |row| row.try_get_by_index(0))
        };
        asked
            .await
            .map(|were_on| Self { were_on })
            .map_err(RunError::database("asking for the state of foreign keys"))
    }

    /// Turns them on again if they were.
    pub(super) async fn restore(self, connection: &DatabaseConnection) -> Result<(), RunError> {
        if self.were_on {
            connection
                .execute_unprepared("PRAGMA foreign_keys = ON")
                .await
                .map_err(RunError::database("turning foreign keys on again"))?;
        }
        Ok(())
    }
}

/// Advisory locks belong to one database, so that one key serves all; it is this table's.
pub(super) const LOCK_KEY: &str = "hashtextextended('seaql_migrations', 0)";

/// One attempt at the lock; `None` if another process holds it.
async fn try_begin(
    connection: &DatabaseConnection,
    settings: &Settings<'_>,
) -> Result<Option<DatabaseTransaction>, RunError> {
    let options = match connection.get_database_backend() {
        DbBackend::Sqlite => TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        },
        // What was committed while this process waited must be seen.
        _ => TransactionOptions {
            isolation_level: Some(IsolationLevel::ReadCommitted),
            ..TransactionOptions::default()
        },
    };
    if connection.get_database_backend() == DbBackend::Sqlite {
        // Ignored inside a transaction, and forgotten when the pool replaces its connection.
        connection
            .execute_unprepared("PRAGMA foreign_keys = OFF")
            .await
            .map_err(RunError::database("turning foreign keys off"))?;
    }
    let transaction = match connection.begin_with_options(options).await {
        Err(error) if is_busy(&error) => return Ok(None),
        begun => begun.map_err(RunError::database("beginning a migration"))?,
    };
    if transaction.get_database_backend() == DbBackend::Sqlite {
        return Ok(Some(transaction));
    }
    if ask_for_lock(&transaction, "pg_try_advisory_xact_lock").await? {
        limit(&transaction, "SET LOCAL", settings).await?;
        return Ok(Some(transaction));
    }
    transaction
        .rollback()
        .await
        .map_err(RunError::database("beginning a migration"))?;
    Ok(None)
}

/// Limits how long statements take and wait on PostgreSQL.
async fn limit(
    connection: &impl ConnectionTrait,
    set: &str,
    settings: &Settings<'_>,
) -> Result<(), RunError> {
    let lock = settings.lock_timeout.as_millis();
    let statement = settings
        .statement_timeout
        .map_or(0, |limit| limit.as_millis());
    let sql = format!("{set} lock_timeout = {lock}; {set} statement_timeout = {statement}");
    let limited = connection.execute_unprepared(&sql).await;
    limited
        .map(drop)
        .map_err(RunError::database("limiting how long statements wait"))
}

async fn ask_for_lock(connection: &impl ConnectionTrait, function: &str) -> Result<bool, RunError> {
    let sql = format!("SELECT {function}({LOCK_KEY})");
    let answer = async {
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = connection.query_one_raw(statement).await?;
        row.map_or(Ok(false), |row| row.try_get_by_index(0))
    };
    answer
        .await
        .map_err(RunError::database("taking the lock of migrations"))
}

/// Whether this is SQLite's word for "another connection is writing" (`SQLITE_BUSY`, with any
/// extension).
fn is_busy(error: &DbErr) -> bool {
    sql_state(error)
        .and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| code & 0xff == 5)
}

/// Rows that refer to nothing, counted for each pair of tables; none on PostgreSQL, which refuses
/// them by itself.
async fn orphans(transaction: &DatabaseTransaction) -> Result<Vec<String>, RunError> {
    if transaction.get_database_backend() != DbBackend::Sqlite {
        return Ok(Vec::new());
    }
    let sql = r#"SELECT "table" AS child, parent, count(*) AS rows
                 FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2"#;
    let found = async {
        let statement = Statement::from_string(DbBackend::Sqlite, sql);
        let rows = transaction.query_all_raw(statement).await?;
        (rows.iter())
            .map(|row| {
                let (child, parent, rows): (String, String, i64) = (
                    row.try_get("", "child")?,
                    row.try_get("", "parent")?,
                    row.try_get("", "rows")?,
                );
                Ok(format!("{rows} of {child} to {parent}"))
            })
            .collect::<Result<Vec<String>, DbErr>>()
    };
    found
        .await
        .map_err(RunError::database("checking foreign keys"))
}

fn require_one(connection: &DatabaseConnection) -> Result<(), RunError> {
    let connections = match connection.get_database_backend() {
        DbBackend::Sqlite => {
            let pool = connection.get_sqlite_connection_pool();
            pool.options().get_max_connections()
        }
        _ => {
            let pool = connection.get_postgres_connection_pool();
            pool.options().get_max_connections()
        }
    };
    if connections == 1 {
        Ok(())
    } else {
        Err(RunError::SharedConnection { connections })
    }
}

/// Waits for the lock in small portions, until patience ends.
struct Wait<'a> {
    settings: &'a Settings<'a>,
    since: Instant,
    portion: Duration,
    is_told: bool,
}

impl<'a> Wait<'a> {
    /// Shorter waits are not worth a word.
    const WORTH_TELLING: Duration = Duration::from_millis(500);
    const LONGEST_PORTION: Duration = Duration::from_millis(200);

    fn new(settings: &'a Settings<'a>) -> Self {
        Self {
            settings,
            since: Instant::now(),
            portion: Duration::from_millis(10),
            is_told: false,
        }
    }

    async fn a_little(&mut self) -> Result<(), RunError> {
        let waited = self.since.elapsed();
        if waited >= self.settings.patience {
            return Err(RunError::Busy { waited });
        }
        if !self.is_told && waited >= Self::WORTH_TELLING {
            self.is_told = true;
            (self.settings.progress)(Event::Waiting);
        }
        tokio::time::sleep(self.portion).await;
        self.portion = (self.portion * 2).min(Self::LONGEST_PORTION);
        Ok(())
    }
}
