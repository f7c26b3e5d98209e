//! How units of work get their connection, and how the database is closed when they are done.

use std::{
    sync::{Arc, MutexGuard, PoisonError},
    time::Instant,
};

use backon::Retryable;
use sea_orm::{
    DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::sync::OwnedSemaphorePermit;

use super::{DbError, Inner, Pools, failure, sqlite};

impl Inner {
    pub(super) async fn begin_on_sqlite(
        &self,
    ) -> Result<(DatabaseTransaction, Option<OwnedSemaphorePermit>), DbError> {
        let started = Instant::now();
        let permit = self.queue_for_the_writer().await?;
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let left = self.patience.saturating_sub(started.elapsed());
        let begin = async || self.units.begin_with_options(options).await;
        let locked =
            |error: &DbErr| failure::driver_error(error).is_some_and(|e| failure::is_busy(e));
        let begun = begin.retry(sqlite::pauses()).when(locked);
        match tokio::time::timeout(left, begun).await {
            Ok(Ok(tx)) => Ok((tx, Some(permit))),
            Ok(Err(source)) if failure::is_closed(&source) => Err(DbError::Closed),
            Ok(Err(source)) if !failure::is_pool_timeout(&source) => Err(DbError::Database {
                doing: "begin a unit of work",
                source,
            }),
            Ok(Err(_)) | Err(_) => Err(DbError::TimedOut {
                waited_for: "SQLite's lock, which another process holds".to_owned(),
                waited: started.elapsed(),
            }),
        }
    }

    /// Waits for the turn to use the one connection that writes.
    pub(super) async fn queue_for_the_writer(&self) -> Result<OwnedSemaphorePermit, DbError> {
        let started = Instant::now();
        let turn = Arc::clone(&self.writer).acquire_owned();
        match tokio::time::timeout(self.patience, turn).await {
            Ok(Ok(permit)) => {
                *self.held_since() = Some(Instant::now());
                Ok(permit)
            }
            Ok(Err(_)) => Err(DbError::Closed),
            Err(_) => {
                let held = self.held_since().map(|since| since.elapsed().as_millis());
                Err(DbError::TimedOut {
                    waited_for: format!(
                        "the turn to write, which another unit of work has had for {} ms",
                        held.unwrap_or_default()
                    ),
                    waited: started.elapsed(),
                })
            }
        }
    }

    pub(super) async fn begin_on_postgres(&self) -> Result<DatabaseTransaction, DbError> {
        let started = Instant::now();
        self.units.begin().await.map_err(|source| {
            if failure::is_closed(&source) {
                DbError::Closed
            } else if failure::is_pool_timeout(&source) {
                DbError::TimedOut {
                    waited_for: "a connection to PostgreSQL: all are in use, or it does not answer"
                        .to_owned(),
                    waited: started.elapsed(),
                }
            } else {
                DbError::Database {
                    doing: "begin a unit of work",
                    source,
                }
            }
        })
    }

    pub(super) async fn close(&self) -> Result<(), DbError> {
        let started = Instant::now();
        let turn = Arc::clone(&self.writer).acquire_owned();
        let turn = tokio::time::timeout(self.patience, turn).await;
        self.writer.close();
        let closing = async {
            match &self.pools {
                Pools::Sqlite { writer, readers } => {
                    readers.close().await;
                    if let Err(error) = sqlite::checkpoint(writer).await {
                        tracing::warn!(%error, "the write-ahead log could not be emptied");
                    }
                    writer.close().await;
                }
                Pools::Postgres { units, readers } => {
                    tokio::join!(units.close(), readers.close());
                }
            }
        };
        let closed = tokio::time::timeout(self.patience, closing).await;
        match (turn, closed) {
            (Ok(_), Ok(())) => Ok(()),
            _ => Err(DbError::TimedOut {
                waited_for: "a unit of work or a read to end".to_owned(),
                waited: started.elapsed(),
            }),
        }
    }

    fn held_since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.held_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
