//! SQLite's connections for reads.
//!
//! A read that lasts pins the write-ahead log: what is written after it began cannot be moved into
//! the database file, and the log grows. So every read is known, with its statement and since when it
//! runs; none may last longer than `database.statement_timeout_ms`; and one that is given up by its
//! caller is cut off at once.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, DbErr, ExecResult, QueryResult, Statement, Values,
    sqlx::{
        self,
        sqlite::{SqliteConnectOptions, SqliteQueryResult, SqliteRow},
    },
};
use tokio::{runtime::Handle, sync::Semaphore};

use super::{
    connection::Connection,
    opened_file::OpenedFile,
    pooled_connection::{Failed, PooledConnection, RowStream, stream},
};
use crate::db::{failure, sql::values};

/// The connections for reads. They are opened when they are needed first.
pub(in crate::db) struct Readers {
    options: SqliteConnectOptions,
    file: Arc<OpenedFile>,
    /// How long to wait for a connection.
    acquire_timeout: Duration,
    /// How long a read may last; zero is no limit.
    pub(super) statement_timeout: Duration,
    /// How long a snapshot may last.
    pub(super) unit_of_work_timeout: Duration,
    permits: Arc<Semaphore>,
    free: Mutex<Vec<Slot>>,
    reads: Vec<Mutex<Option<Read>>>,
    runtime: Handle,
}

/// A place for a connection.
struct Slot {
    number: usize,
    connection: Option<Connection>,
}

/// A read that is under way.
#[derive(Clone, Debug)]
pub(in crate::db) struct Read {
    pub(in crate::db) since: Instant,
    pub(in crate::db) sql: String,
}

impl Readers {
    pub(in crate::db) async fn open(
        options: SqliteConnectOptions,
        file: Arc<OpenedFile>,
        most: u32,
        acquire_timeout: Duration,
        statement_timeout: Duration,
        unit_of_work_timeout: Duration,
    ) -> Result<Arc<Self>, sqlx::Error> {
        let most = usize::try_from(most).unwrap_or(1);
        let mut connection = Some(Connection::open(&options, &file).await?);
        // The open one is taken first.
        let mut free: Vec<Slot> = (0..most)
            .map(|number| Slot {
                number,
                connection: connection.take(),
            })
            .collect();
        free.reverse();
        Ok(Arc::new(Self {
            options,
            file,
            acquire_timeout,
            statement_timeout,
            unit_of_work_timeout,
            permits: Arc::new(Semaphore::new(most)),
            free: Mutex::new(free),
            reads: (0..most).map(|_| Mutex::default()).collect(),
            runtime: Handle::current(),
        }))
    }

    pub(in crate::db) async fn execute(
        self: &Arc<Self>,
        statement: &Statement,
    ) -> Result<ExecResult, DbErr> {
        let collected = self.collect(&statement.sql, Some(values(statement))).await;
        let (_, result) = collected.map_err(|failed| failed.into_error(failure::executed))?;
        Ok(result.into())
    }

    pub(in crate::db) async fn execute_unprepared(
        self: &Arc<Self>,
        sql: &str,
    ) -> Result<ExecResult, DbErr> {
        let collected = self.collect(sql, None).await;
        let (_, result) = collected.map_err(|failed| failed.into_error(failure::executed))?;
        Ok(result.into())
    }

    pub(in crate::db) async fn query_all(
        self: &Arc<Self>,
        statement: &Statement,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let collected = self.collect(&statement.sql, Some(values(statement))).await;
        let (rows, _) = collected.map_err(|failed| failed.into_error(failure::wrapped))?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    pub(in crate::db) async fn query_one(
        self: &Arc<Self>,
        statement: &Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        let pooled = self.acquire(&statement.sql).await;
        let mut pooled = pooled.map_err(Failed::of_query)?;
        let row = pooled.first(&statement.sql, values(statement)).await;
        Ok(row.map_err(Failed::of_query)?.map(Into::into))
    }

    /// The rows of a statement, as the engine gives them.
    pub(in crate::db) async fn stream(
        self: &Arc<Self>,
        statement: &Statement,
    ) -> Result<RowStream<'static>, DbErr> {
        let pooled = self.acquire(&statement.sql).await;
        let pooled = pooled.map_err(Failed::of_query)?;
        Ok(stream(Box::new(pooled), statement))
    }

    /// The read that has lasted longest.
    pub(in crate::db) fn oldest(&self) -> Option<Read> {
        let reads = self.reads.iter().filter_map(|read| lock(read).clone());
        reads.min_by_key(|read| read.since)
    }

    /// How many connections are in use, of how many.
    pub(in crate::db) fn in_use(&self) -> (usize, usize) {
        let most = self.reads.len();
        (most - self.permits.available_permits().min(most), most)
    }

    /// All connections at once, each when it is free.
    pub(in crate::db) async fn all(self: &Arc<Self>) -> Result<Vec<Connection>, sqlx::Error> {
        let slots = (0..self.reads.len()).map(|_| self.acquire("PRAGMA"));
        let slots = futures_util::future::join_all(slots).await;
        let mut connections = Vec::new();
        for pooled in slots {
            let mut pooled = pooled.map_err(|failed| match failed {
                Failed::Driver(error) => error,
                _ => sqlx::Error::PoolTimedOut,
            })?;
            pooled.is_done = true;
            connections.push(pooled.connection.clone());
        }
        Ok(connections)
    }

    /// Refuses every later read; false if one lasts longer than `acquire_timeout`.
    pub(in crate::db) async fn close(&self) -> bool {
        let most = u32::try_from(self.reads.len()).unwrap_or(u32::MAX);
        let all = self.permits.acquire_many(most);
        let ended = tokio::time::timeout(self.acquire_timeout, all).await;
        self.permits.close();
        let free = std::mem::take(&mut *lock(&self.free));
        for connection in free.into_iter().filter_map(|slot| slot.connection) {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "a connection for reads did not close");
            }
        }
        ended.is_ok()
    }

    async fn collect(
        self: &Arc<Self>,
        sql: &str,
        values: Option<Values>,
    ) -> Result<(Vec<SqliteRow>, SqliteQueryResult), Failed> {
        self.acquire(sql).await?.all(sql, values).await
    }

    /// Waits for a connection.
    pub(super) async fn acquire(self: &Arc<Self>, sql: &str) -> Result<PooledConnection, Failed> {
        let found = self.file.known();
        found.map_err(|replaced| Failed::Driver(replaced.into()))?;
        let permit = Arc::clone(&self.permits).acquire_owned();
        let permit = match tokio::time::timeout(self.acquire_timeout, permit).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(Failed::NotGiven(ConnAcquireErr::ConnectionClosed)),
            Err(_) => return Err(Failed::NotGiven(ConnAcquireErr::Timeout)),
        };
        let slot = lock(&self.free).pop();
        let slot = slot.ok_or(Failed::NotGiven(ConnAcquireErr::ConnectionClosed))?;
        let number = slot.number;
        let connection = match slot.connection {
            Some(connection) => connection,
            None => match Connection::open(&self.options, &self.file).await {
                Ok(connection) => connection,
                Err(error) => {
                    lock(&self.free).push(Slot {
                        number,
                        connection: None,
                    });
                    return Err(Failed::Driver(error));
                }
            },
        };
        Ok(PooledConnection::new(
            Arc::clone(self),
            number,
            connection,
            permit,
            sql,
        ))
    }

    /// Notes which statement a connection runs; a transaction lasts since its first one.
    pub(super) fn note(&self, number: usize, sql: &str) {
        let mut read = lock(&self.reads[number]);
        let since = read.as_ref().map_or_else(Instant::now, |read| read.since);
        let sql = sql.to_owned();
        *read = Some(Read { since, sql });
    }

    /// The runtime for what has to be finished though nobody waits for it.
    pub(super) fn runtime(&self) -> Handle {
        Handle::try_current().unwrap_or_else(|_| self.runtime.clone())
    }

    pub(super) fn leave(&self, number: usize, connection: Option<Connection>) {
        *lock(&self.reads[number]) = None;
        lock(&self.free).push(Slot { number, connection });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
