//! SQLite's connections for reads.
//!
//! A read that lasts pins the write-ahead log: what is written after it began cannot be moved into
//! the database file, and the log grows. So every read is known, with its statement and since when it
//! runs; none may last longer than `database.statement_timeout_ms`; and one that is given up by its
//! caller is cut off at once.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_stream::stream;
use futures_util::{Stream, StreamExt as _};
use sea_orm::{
    ConnAcquireErr, DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values,
    sqlx::{
        self, Either,
        sqlite::{SqliteConnectOptions, SqliteQueryResult, SqliteRow},
    },
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
};

use crate::db::{failure, sql::values, sqlite::connection::Connection};

type Rows = Pin<Box<dyn Stream<Item = Result<QueryResult, DbErr>> + Send>>;

/// The connections for reads. They are opened when they are needed first.
pub(in crate::db) struct Readers {
    options: SqliteConnectOptions,
    /// How long to wait for a connection.
    acquire_timeout: Duration,
    /// How long a read may last; zero is no limit.
    statement_timeout: Duration,
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
        most: u32,
        acquire_timeout: Duration,
        statement_timeout: Duration,
    ) -> Result<Arc<Self>, sqlx::Error> {
        let most = usize::try_from(most).unwrap_or(1);
        let mut connection = Some(Connection::open(&options).await?);
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
            acquire_timeout,
            statement_timeout,
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
        let mut pooled = self
            .acquire(&statement.sql)
            .await
            .map_err(Failed::of_query)?;
        let first = pooled.connection.first(&statement.sql, values(statement));
        let row = pooled.within_its_time(first).await;
        pooled.is_done = row.is_ok();
        Ok(row.map_err(Failed::of_query)?.map(Into::into))
    }

    /// The rows of a statement, as the engine gives them.
    pub(in crate::db) async fn stream(
        self: &Arc<Self>,
        statement: &Statement,
    ) -> Result<Rows, DbErr> {
        let pooled = self
            .acquire(&statement.sql)
            .await
            .map_err(Failed::of_query)?;
        let mut parts = pooled
            .connection
            .run(statement.sql.clone(), Some(values(statement)));
        Ok(Box::pin(stream! {
            // As a whole: its fields alone would be taken along otherwise.
            let mut pooled = pooled;
            loop {
                let next = async { Ok(parts.next().await) };
                match pooled.within_its_time(next).await {
                    Ok(Some(Ok(Either::Right(row)))) => yield Ok(row.into()),
                    Ok(Some(Ok(Either::Left(_)))) => {}
                    Ok(Some(Err(error))) => {
                        pooled.is_done = true;
                        yield Err(failure::wrapped(error));
                    }
                    Ok(None) => {
                        pooled.is_done = true;
                        break;
                    }
                    Err(failed) => {
                        yield Err(failed.of_query());
                        break;
                    }
                }
            }
        }))
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
        let mut pooled = self.acquire(sql).await?;
        let collected = pooled
            .within_its_time(pooled.connection.all(sql, values))
            .await;
        pooled.is_done = !matches!(collected, Err(Failed::TooLong(_)));
        collected
    }

    /// Waits for a connection.
    async fn acquire(self: &Arc<Self>, sql: &str) -> Result<PooledConnection, Failed> {
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
            None => match Connection::open(&self.options).await {
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
        let since = Instant::now();
        let sql = sql.to_owned();
        *lock(&self.reads[number]) = Some(Read { since, sql });
        Ok(PooledConnection {
            readers: Arc::clone(self),
            number,
            connection,
            since,
            is_done: false,
            permit: Some(permit),
        })
    }

    fn leave(&self, number: usize, connection: Option<Connection>) {
        *lock(&self.reads[number]) = None;
        lock(&self.free).push(Slot { number, connection });
    }
}

/// A connection in use. Given up before its statement is done, it becomes free when the engine has
/// been cut off.
struct PooledConnection {
    readers: Arc<Readers>,
    number: usize,
    connection: Connection,
    since: Instant,
    is_done: bool,
    permit: Option<OwnedSemaphorePermit>,
}

impl PooledConnection {
    async fn within_its_time<T>(
        &self,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, Failed> {
        let statement_timeout = self.readers.statement_timeout;
        if statement_timeout.is_zero() {
            return work.await.map_err(Failed::Driver);
        }
        let left = statement_timeout.saturating_sub(self.since.elapsed());
        match tokio::time::timeout(left, work).await {
            Ok(result) => result.map_err(Failed::Driver),
            Err(_) => Err(Failed::TooLong(statement_timeout)),
        }
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        let (readers, number, connection) = (
            Arc::clone(&self.readers),
            self.number,
            self.connection.clone(),
        );
        if self.is_done {
            readers.leave(number, Some(connection));
            return;
        }
        let permit = self.permit.take();
        let runtime = Handle::try_current().unwrap_or_else(|_| readers.runtime.clone());
        runtime.spawn(async move {
            let is_free = connection.wait_until_free(Duration::ZERO).await.is_ok();
            readers.leave(number, is_free.then_some(connection));
            drop(permit);
        });
    }
}

/// Why a read has no result.
enum Failed {
    NotGiven(ConnAcquireErr),
    TooLong(Duration),
    Driver(sqlx::Error),
}

impl Failed {
    fn of_query(self) -> DbErr {
        self.into_error(failure::wrapped)
    }

    fn into_error(self, wrap: impl FnOnce(sqlx::Error) -> DbErr) -> DbErr {
        match self {
            Self::NotGiven(reason) => DbErr::ConnectionAcquire(reason),
            Self::Driver(error) => wrap(error),
            Self::TooLong(statement_timeout) => DbErr::Query(RuntimeErr::Internal(format!(
                "the read was cut off after {} ms (database.statement_timeout_ms): read less at \
                 once, or add an index",
                statement_timeout.as_millis()
            ))),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
