//! How units of work get their connection, and how the database is closed when they are done.

use std::{sync::Arc, time::Instant};

use sea_orm::{
    DatabaseTransaction, SqlxPostgresConnector, TransactionTrait,
    sqlx::{PgPool, SqlitePool},
};

use super::{DbError, Inner, Pools, failure, writer::Writer};

/// Begins a transaction on PostgreSQL.
pub(super) async fn begin(units: &PgPool) -> Result<DatabaseTransaction, DbError> {
    let started = Instant::now();
    let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(units.clone());
    connection.begin().await.map_err(|source| {
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

impl Inner {
    /// Closes everything once the unit of work that is open has ended.
    pub(super) async fn close(&self) -> Result<(), DbError> {
        let started = Instant::now();
        let closed = match &self.pools {
            Pools::Sqlite { writer, readers } => self.close_sqlite(writer, readers).await,
            Pools::Postgres { units, readers } => {
                let closing = async { tokio::join!(units.close(), readers.close()) };
                tokio::time::timeout(self.patience, closing).await.is_ok()
            }
        };
        if closed {
            return Ok(());
        }
        Err(DbError::TimedOut {
            waited_for: "a unit of work or a read to end".to_owned(),
            waited: started.elapsed(),
        })
    }

    async fn close_sqlite(&self, writer: &Arc<Writer>, readers: &SqlitePool) -> bool {
        let baton = writer.baton().await;
        let is_closed = matches!(baton, Ok(_) | Err(DbError::Closed));
        writer.close();
        let reads_ended = tokio::time::timeout(self.patience, readers.close()).await;
        if let Ok(baton) = baton
            && let Err(error) = baton.close().await
        {
            tracing::warn!(%error, "the write-ahead log could not be emptied");
        }
        is_closed && reads_ended.is_ok()
    }
}
