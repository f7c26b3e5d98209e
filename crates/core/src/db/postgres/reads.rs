//! What reads run on: the replica while it may serve them, and the primary server otherwise.

use std::{sync::Arc, time::Duration};

use async_stream::stream;
use futures_util::{StreamExt as _, future::BoxFuture};
use sea_orm::{DbErr, ExecResult, IsolationLevel, QueryResult, Statement};

use super::{
    attempts::{Attempts, begin_snapshot},
    pool::Pool,
    pooled_connection::PooledConnection,
    replica::Replica,
    scope::Scope,
    transaction::{Transaction, rows},
};
use crate::db::{backend::RowStream, error::DbError, failure};

/// Begins a read where a connection has no settings of its own.
const READ_ONLY: &str = "BEGIN READ ONLY";

/// Connections for reads. Cheap to clone.
#[derive(Clone)]
pub(in crate::db) struct Reads {
    pub(in crate::db) primary: Pool,
    /// For reads that may be a moment behind.
    pub(in crate::db) replica: Option<Arc<Replica>>,
}

impl Reads {
    pub(in crate::db) async fn execute(
        &self,
        statement: &Statement,
        acquire_timeout: Duration,
    ) -> Result<ExecResult, DbErr> {
        self.run(acquire_timeout, |on| {
            let statement = statement.clone();
            Box::pin(async move { on.execute(&statement).await })
        })
        .await
    }

    pub(in crate::db) async fn execute_unprepared(
        &self,
        sql: &str,
        acquire_timeout: Duration,
    ) -> Result<ExecResult, DbErr> {
        self.run(acquire_timeout, |on| {
            let sql = sql.to_owned();
            Box::pin(async move { on.execute_unprepared(&sql).await })
        })
        .await
    }

    pub(in crate::db) async fn query_one(
        &self,
        statement: &Statement,
        acquire_timeout: Duration,
    ) -> Result<Option<QueryResult>, DbErr> {
        self.run(acquire_timeout, |on| {
            let statement = statement.clone();
            Box::pin(async move { on.query_one(&statement).await })
        })
        .await
    }

    pub(in crate::db) async fn query_all(
        &self,
        statement: &Statement,
        acquire_timeout: Duration,
    ) -> Result<Vec<QueryResult>, DbErr> {
        self.run(acquire_timeout, |on| {
            let statement = statement.clone();
            Box::pin(async move { on.query_all(&statement).await })
        })
        .await
    }

    /// Runs a read. One that the replica fails is repeated on the primary server, and one whose
    /// connection breaks there as [`Attempts`] says.
    async fn run<T>(
        &self,
        acquire_timeout: Duration,
        read: impl for<'c> Fn(&'c mut PooledConnection) -> BoxFuture<'c, Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        if let Some(replica) = self.replica() {
            let read = on(replica.pool(), &read);
            if let Some(done) = unless_it_fails(replica, read).await {
                return done;
            }
        }
        let mut attempts = Attempts::new(acquire_timeout);
        loop {
            let result = on(&self.primary, &read).await;
            match attempts.pause_after(&result) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return result,
            }
        }
    }

    /// The rows of a read, as they come. One that breaks is not repeated.
    pub(in crate::db) async fn stream(
        &self,
        statement: Statement,
    ) -> Result<RowStream<'static>, DbErr> {
        let mut connection = self.acquire().await?;
        let is_alone = connection.scope() == Scope::Session;
        if !is_alone {
            let begun = connection.begin(READ_ONLY).await;
            begun.map_err(failure::wrapped)?;
        }
        Ok(Box::pin(stream! {
            let mut rows = Box::pin(rows(&mut connection, statement));
            while let Some(row) = rows.next().await {
                yield row;
            }
            drop(rows);
            if !is_alone {
                // Only what was read is of interest; a connection that fails here is closed.
                let _ = connection.end("ROLLBACK").await;
            }
        }))
    }

    /// Begins a transaction that reads one state throughout.
    pub(in crate::db) async fn snapshot(
        &self,
        isolation: Option<IsolationLevel>,
    ) -> Result<Transaction, DbError> {
        if let Some(replica) = self.replica() {
            tokio::select! {
                begun = begin_snapshot(replica.pool(), isolation) => {
                    if begun.is_ok() {
                        return begun;
                    }
                }
                () = replica.is_unreachable() => {}
            }
        }
        begin_snapshot(&self.primary, isolation).await
    }

    /// Whether a read may miss what is committed.
    pub(in crate::db) fn may_be_behind(&self) -> bool {
        self.replica().is_some()
    }

    fn replica(&self) -> Option<&Replica> {
        self.replica.as_deref().filter(|replica| replica.is_used())
    }

    async fn acquire(&self) -> Result<PooledConnection, DbErr> {
        if let Some(replica) = self.replica() {
            let acquiring = async { replica.pool().acquire().await.map_err(failure::wrapped) };
            if let Some(acquired) = unless_it_fails(replica, acquiring).await {
                return acquired;
            }
        }
        self.primary.acquire().await.map_err(failure::wrapped)
    }
}

async fn on<T>(
    pool: &Pool,
    read: &impl for<'c> Fn(&'c mut PooledConnection) -> BoxFuture<'c, Result<T, DbErr>>,
) -> Result<T, DbErr> {
    let mut connection = pool.acquire().await.map_err(failure::wrapped)?;
    if connection.scope() == Scope::Session {
        return read(&mut connection).await;
    }
    let begun = connection.begin(READ_ONLY).await;
    begun.map_err(failure::wrapped)?;
    let done = read(&mut connection).await;
    // Nothing was changed; a connection that fails here is closed.
    let _ = connection.end("ROLLBACK").await;
    done
}

/// The result of a read on the replica; nothing if it is to run elsewhere.
async fn unless_it_fails<T>(
    replica: &Replica,
    read: impl Future<Output = Result<T, DbErr>>,
) -> Option<Result<T, DbErr>> {
    let done = tokio::select! {
        done = read => done,
        () = replica.is_unreachable() => return None,
    };
    let Err(error) = &done else { return Some(done) };
    let driver = failure::driver_error(error);
    if driver.is_some_and(|error| failure::is_lost(error)) {
        replica.leave_out(error);
        return None;
    }
    let is_its_own_fault = failure::is_retryable(error)
        || failure::is_pool_timeout(error)
        || driver.is_some_and(|error| failure::is_out_of_connections(error));
    (!is_its_own_fault).then_some(done)
}
