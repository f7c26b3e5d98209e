//! How the database is closed when its units of work are done.

use std::{sync::Arc, time::Instant};

use super::{DbError, Inner, Pools, readers::Readers, writer::Writer};

impl Inner {
    /// Closes everything once the unit of work that is open has ended.
    pub(super) async fn close(&self) -> Result<(), DbError> {
        let started = Instant::now();
        let closed = match &self.pools {
            Pools::Sqlite { writer, readers } => self.close_sqlite(writer, readers).await,
            Pools::Postgres(pools) => {
                let closing = tokio::time::timeout(self.patience, pools.close());
                closing.await.is_ok()
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

    async fn close_sqlite(&self, writer: &Arc<Writer>, readers: &Readers) -> bool {
        let baton = writer.baton().await;
        let is_closed = matches!(baton, Ok(_) | Err(DbError::Closed));
        writer.close();
        let have_reads_ended = readers.close().await;
        if let Ok(baton) = baton
            && let Err(error) = baton.close().await
        {
            tracing::warn!(%error, "the write-ahead log could not be emptied");
        }
        is_closed && have_reads_ended
    }
}
