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

use super::{
    failure,
    line::{Line, values},
};

type Rows = Pin<Box<dyn Stream<Item = Result<QueryResult, DbErr>> + Send>>;

/// The connections for reads. They are opened when they are needed first.
pub(super) struct Readers {
    options: SqliteConnectOptions,
    /// How long to wait for a connection.
    patience: Duration,
    /// How long a read may last; zero is no limit.
    limit: Duration,
    permits: Arc<Semaphore>,
    free: Mutex<Vec<Seat>>,
    reads: Vec<Mutex<Option<Read>>>,
    runtime: Handle,
}

/// A place for a connection.
struct Seat {
    number: usize,
    line: Option<Line>,
}

/// A read that is under way.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) since: Instant,
    pub(super) sql: String,
}

impl Readers {
    pub(super) async fn open(
        options: SqliteConnectOptions,
        most: u32,
        patience: Duration,
        limit: Duration,
    ) -> Result<Arc<Self>, sqlx::Error> {
        let most = usize::try_from(most).unwrap_or(1);
        let mut line = Some(Line::open(&options).await?);
        // The open one is taken first.
        let mut free: Vec<Seat> = (0..most)
            .map(|number| Seat {
                number,
                line: line.take(),
            })
            .collect();
        free.reverse();
        Ok(Arc::new(Self {
            options,
            patience,
            limit,
            permits: Arc::new(Semaphore::new(most)),
            free: Mutex::new(free),
            reads: (0..most).map(|_| Mutex::default()).collect(),
            runtime: Handle::current(),
        }))
    }

    pub(super) async fn execute(
        self: &Arc<Self>,
        statement: &Statement,
    ) -> Result<ExecResult, DbErr> {
        let collected = self.collect(&statement.sql, Some(values(statement))).await;
        let (_, result) = collected.map_err(|failed| failed.into_error(failure::executed))?;
        Ok(result.into())
    }

    pub(super) async fn execute_unprepared(
        self: &Arc<Self>,
        sql: &str,
    ) -> Result<ExecResult, DbErr> {
        let collected = self.collect(sql, None).await;
        let (_, result) = collected.map_err(|failed| failed.into_error(failure::executed))?;
        Ok(result.into())
    }

    pub(super) async fn query_all(
        self: &Arc<Self>,
        statement: &Statement,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let collected = self.collect(&statement.sql, Some(values(statement))).await;
        let (rows, _) = collected.map_err(|failed| failed.into_error(failure::wrapped))?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    pub(super) async fn query_one(
        self: &Arc<Self>,
        statement: &Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        let mut seated = self.seat(&statement.sql).await.map_err(Failed::of_query)?;
        let first = seated.line.first(&statement.sql, values(statement));
        let row = seated.within_its_time(first).await;
        seated.is_done = row.is_ok();
        Ok(row.map_err(Failed::of_query)?.map(Into::into))
    }

    /// The rows of a statement, as the engine gives them.
    pub(super) async fn stream(self: &Arc<Self>, statement: &Statement) -> Result<Rows, DbErr> {
        let seated = self.seat(&statement.sql).await.map_err(Failed::of_query)?;
        let mut parts = seated
            .line
            .run(statement.sql.clone(), Some(values(statement)));
        Ok(Box::pin(stream! {
            // As a whole: its fields alone would be taken along otherwise.
            let mut seated = seated;
            loop {
                let next = async { Ok(parts.next().await) };
                match seated.within_its_time(next).await {
                    Ok(Some(Ok(Either::Right(row)))) => yield Ok(row.into()),
                    Ok(Some(Ok(Either::Left(_)))) => {}
                    Ok(Some(Err(error))) => {
                        seated.is_done = true;
                        yield Err(failure::wrapped(error));
                    }
                    Ok(None) => {
                        seated.is_done = true;
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
    pub(super) fn oldest(&self) -> Option<Read> {
        let reads = self.reads.iter().filter_map(|read| lock(read).clone());
        reads.min_by_key(|read| read.since)
    }

    /// How many connections are in use, of how many.
    pub(super) fn in_use(&self) -> (usize, usize) {
        let most = self.reads.len();
        (most - self.permits.available_permits().min(most), most)
    }

    /// All connections at once, each when it is free.
    pub(super) async fn all(self: &Arc<Self>) -> Result<Vec<Line>, sqlx::Error> {
        let seats = (0..self.reads.len()).map(|_| self.seat("PRAGMA"));
        let seats = futures_util::future::join_all(seats).await;
        let mut lines = Vec::new();
        for seated in seats {
            let mut seated = seated.map_err(|failed| match failed {
                Failed::Driver(error) => error,
                _ => sqlx::Error::PoolTimedOut,
            })?;
            seated.is_done = true;
            lines.push(seated.line.clone());
        }
        Ok(lines)
    }

    /// Refuses whoever comes from now on; false if a read lasts longer than the patience.
    pub(super) async fn close(&self) -> bool {
        let most = u32::try_from(self.reads.len()).unwrap_or(u32::MAX);
        let all = self.permits.acquire_many(most);
        let ended = tokio::time::timeout(self.patience, all).await;
        self.permits.close();
        let free = std::mem::take(&mut *lock(&self.free));
        for line in free.into_iter().filter_map(|seat| seat.line) {
            if let Err(error) = line.close().await {
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
        let mut seated = self.seat(sql).await?;
        let collected = seated.within_its_time(seated.line.all(sql, values)).await;
        seated.is_done = !matches!(collected, Err(Failed::TooLong(_)));
        collected
    }

    /// Waits for a connection.
    async fn seat(self: &Arc<Self>, sql: &str) -> Result<Seated, Failed> {
        let permit = Arc::clone(&self.permits).acquire_owned();
        let permit = match tokio::time::timeout(self.patience, permit).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(Failed::NotGiven(ConnAcquireErr::ConnectionClosed)),
            Err(_) => return Err(Failed::NotGiven(ConnAcquireErr::Timeout)),
        };
        let seat = lock(&self.free).pop();
        let seat = seat.ok_or(Failed::NotGiven(ConnAcquireErr::ConnectionClosed))?;
        let number = seat.number;
        let line = match seat.line {
            Some(line) => line,
            None => match Line::open(&self.options).await {
                Ok(line) => line,
                Err(error) => {
                    lock(&self.free).push(Seat { number, line: None });
                    return Err(Failed::Driver(error));
                }
            },
        };
        let since = Instant::now();
        let sql = sql.to_owned();
        *lock(&self.reads[number]) = Some(Read { since, sql });
        Ok(Seated {
            readers: Arc::clone(self),
            number,
            line,
            since,
            is_done: false,
            permit: Some(permit),
        })
    }

    fn leave(&self, number: usize, line: Option<Line>) {
        *lock(&self.reads[number]) = None;
        lock(&self.free).push(Seat { number, line });
    }
}

/// A connection in use. Given up before its statement is done, it becomes free when the engine has
/// been cut off.
struct Seated {
    readers: Arc<Readers>,
    number: usize,
    line: Line,
    since: Instant,
    is_done: bool,
    permit: Option<OwnedSemaphorePermit>,
}

impl Seated {
    async fn within_its_time<T>(
        &self,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, Failed> {
        let limit = self.readers.limit;
        if limit.is_zero() {
            return work.await.map_err(Failed::Driver);
        }
        let left = limit.saturating_sub(self.since.elapsed());
        match tokio::time::timeout(left, work).await {
            Ok(result) => result.map_err(Failed::Driver),
            Err(_) => Err(Failed::TooLong(limit)),
        }
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        let (readers, number, line) = (Arc::clone(&self.readers), self.number, self.line.clone());
        if self.is_done {
            readers.leave(number, Some(line));
            return;
        }
        let permit = self.permit.take();
        let runtime = Handle::try_current().unwrap_or_else(|_| readers.runtime.clone());
        runtime.spawn(async move {
            let is_free = line.wait_until_free(Duration::ZERO).await.is_ok();
            readers.leave(number, is_free.then_some(line));
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
            Self::TooLong(limit) => DbErr::Query(RuntimeErr::Internal(format!(
                "the read was cut off after {} ms (database.statement_timeout_ms): read less at \
                 once, or add an index",
                limit.as_millis()
            ))),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
