//! Several reads of one state.
//!
//! A snapshot is a transaction on a connection for reads. It pins the write-ahead log as a read does
//! that lasts, so it ends after `database.unit_of_work_timeout_ms`, whatever its caller does.

use std::{
    sync::{Arc, OnceLock, Weak},
    time::Duration,
};

use sea_orm::{DbErr, ExecResult, QueryResult, Statement, Values};
use tokio::{
    sync::{MappedMutexGuard, Mutex, MutexGuard},
    task::AbortHandle,
};

use super::{
    pooled_connection::{Failed, PooledConnection, RowStream, stream},
    readers::Readers,
};
use crate::db::{error::refusal, failure, sql::values};

/// A transaction that reads.
pub(in crate::db) struct Snapshot {
    /// `None` when it is over.
    connection: Mutex<Option<PooledConnection>>,
    /// Why it is over, if it did not end itself.
    ended: OnceLock<String>,
    watch: AbortHandle,
}

impl Snapshot {
    pub(in crate::db) async fn begin(readers: &Arc<Readers>) -> Result<Arc<Self>, DbErr> {
        let mut pooled = readers.acquire("BEGIN").await.map_err(Failed::of_query)?;
        pooled.begin().await.map_err(Failed::of_query)?;
        let timeout = readers.unit_of_work_timeout;
        Ok(Arc::new_cyclic(|snapshot| Self {
            connection: Mutex::new(Some(pooled)),
            ended: OnceLock::new(),
            watch: tokio::spawn(end_late(Weak::clone(snapshot), timeout)).abort_handle(),
        }))
    }

    pub(in crate::db) async fn execute(&self, statement: &Statement) -> Result<ExecResult, DbErr> {
        self.run(&statement.sql, Some(values(statement))).await
    }

    pub(in crate::db) async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.run(sql, None).await
    }

    pub(in crate::db) async fn query_all(
        &self,
        statement: &Statement,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let mut pooled = self.connection(&statement.sql).await?;
        let collected = pooled.all(&statement.sql, Some(values(statement))).await;
        pooled.cut_off().await.map_err(Failed::of_query)?;
        let (rows, _) = collected.map_err(Failed::of_query)?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    pub(in crate::db) async fn query_one(
        &self,
        statement: &Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        let mut pooled = self.connection(&statement.sql).await?;
        let row = pooled.first(&statement.sql, values(statement)).await;
        pooled.cut_off().await.map_err(Failed::of_query)?;
        Ok(row.map_err(Failed::of_query)?.map(Into::into))
    }

    /// The rows of a statement, as the engine gives them.
    pub(in crate::db) async fn stream(
        &self,
        statement: &Statement,
    ) -> Result<RowStream<'_>, DbErr> {
        let pooled = self.connection(&statement.sql).await?;
        Ok(stream(pooled, statement))
    }

    /// Why it is over, if it did not end itself.
    pub(in crate::db) fn ended(&self) -> Option<String> {
        self.ended.get().cloned()
    }

    /// Gives the connection back. While a statement runs on it, dropping the snapshot does.
    pub(in crate::db) fn release(&self) {
        if let Ok(mut connection) = self.connection.try_lock() {
            *connection = None;
        }
    }

    async fn run(&self, sql: &str, values: Option<Values>) -> Result<ExecResult, DbErr> {
        let mut pooled = self.connection(sql).await?;
        let collected = pooled.all(sql, values).await;
        pooled.cut_off().await.map_err(Failed::of_query)?;
        let (_, result) = collected.map_err(|failed| failed.into_error(failure::executed))?;
        Ok(result.into())
    }

    /// The connection, ready for a statement.
    async fn connection(&self, sql: &str) -> Result<MappedMutexGuard<'_, PooledConnection>, DbErr> {
        let connection = self.connection.lock().await;
        let pooled = MutexGuard::try_map(connection, Option::as_mut);
        let mut pooled =
            pooled.map_err(|_| refusal(self.ended.get().map_or("it is over", |it| it)))?;
        pooled.next_statement(sql).await.map_err(Failed::of_query)?;
        Ok(pooled)
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

/// Ends a snapshot that lasts too long.
async fn end_late(snapshot: Weak<Snapshot>, timeout: Duration) {
    tokio::time::sleep(timeout).await;
    let Some(snapshot) = snapshot.upgrade() else {
        return;
    };
    let ended = snapshot.ended.get_or_init(|| {
        format!(
            "it read for more than {} ms (database.unit_of_work_timeout_ms), which keeps the \
             write-ahead log from being emptied",
            timeout.as_millis()
        )
    });
    tracing::warn!(reason = ended, "a snapshot was ended");
    *snapshot.connection.lock().await = None;
}
