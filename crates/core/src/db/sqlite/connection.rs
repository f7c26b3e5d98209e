//! A connection to SQLite.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Waker},
    time::{Duration, Instant},
};

use async_stream::stream;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream::BoxStream};
use sea_orm::{Values, sqlx};
use sea_query_sqlx::SqlxValues;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Either, Executor as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteQueryResult, SqliteRow},
};
use tokio::sync::Mutex;

use super::opened_file::OpenedFile;

/// After how many of its virtual machine's steps SQLite asks whether to go on.
const STEPS_BETWEEN_QUESTIONS: i32 = 10_000;

/// How long an answer is looked for before the thread is parked.
const SOON: Duration = Duration::from_micros(40);

/// How many texts run in this process, on whichever connection.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// What a text of statements yields: the rows of each, and then that it is done.
pub(in crate::db) type Part = Result<Either<SqliteQueryResult, SqliteRow>, sqlx::Error>;

/// The parts of a text, one by one. Dropped, they give the connection back; the engine may be busy
/// with the text a while longer.
pub(in crate::db) type Parts = Pin<Box<dyn Stream<Item = Part> + Send>>;

/// A connection to SQLite and what its hooks have seen. Cheap to clone.
#[derive(Clone)]
pub(in crate::db) struct Connection {
    raw: Arc<Mutex<SqliteConnection>>,
    file: Arc<OpenedFile>,
    signals: Arc<Signals>,
}

#[derive(Default)]
struct Signals {
    /// How many transactions have ended, by whatever means.
    ended: AtomicU64,
    /// The statement that runs is to be cut off.
    interrupt: AtomicBool,
}

impl Connection {
    /// Opens a connection to a file, unless another one is at its path by now.
    pub(in crate::db) async fn open(
        options: &SqliteConnectOptions,
        file: &Arc<OpenedFile>,
    ) -> Result<Self, sqlx::Error> {
        file.check()?;
        let mut connection = options.connect().await?;
        file.check()?;
        let signals = Arc::new(Signals::default());
        let mut handle = connection.lock_handle().await?;
        let seen = Arc::clone(&signals);
        handle.set_commit_hook(move || {
            seen.ended.fetch_add(1, Ordering::Release);
            true
        });
        let seen = Arc::clone(&signals);
        handle.set_rollback_hook(move || {
            seen.ended.fetch_add(1, Ordering::Release);
        });
        let seen = Arc::clone(&signals);
        handle.set_progress_handler(STEPS_BETWEEN_QUESTIONS, move || {
            !seen.interrupt.load(Ordering::Relaxed)
        });
        drop(handle);
        let raw = Arc::new(Mutex::new(connection));
        Ok(Self {
            raw,
            file: Arc::clone(file),
            signals,
        })
    }

    /// The file that it is open on.
    pub(in crate::db) fn file(&self) -> &OpenedFile {
        &self.file
    }

    /// How many transactions have ended on this connection, by whatever means.
    pub(in crate::db) fn ended(&self) -> u64 {
        self.signals.ended.load(Ordering::Acquire)
    }

    /// Runs a text of statements. With `values`, it is prepared, and kept so for the next time.
    pub(in crate::db) fn run(&self, sql: String, values: Option<Values>) -> Parts {
        let connection = Arc::clone(&self.raw);
        Box::pin(stream! {
            let mut connection = connection.lock_owned().await;
            let _running = Running::begin();
            let mut parts = match values {
                Some(values) => {
                    let query = sqlx::query_with(AssertSqlSafe(sql), SqlxValues(values));
                    connection.fetch_many(query)
                }
                None => connection.fetch_many(sqlx::raw_sql(AssertSqlSafe(sql))),
            };
            while let Some(part) = soon(&mut parts).await {
                yield part;
            }
        })
    }

    /// All rows of a text of statements, and what it changed. Run as [`Connection::run`] does.
    pub(in crate::db) async fn all(
        &self,
        sql: &str,
        values: Option<Values>,
    ) -> Result<(Vec<SqliteRow>, SqliteQueryResult), sqlx::Error> {
        let mut connection = self.raw.lock().await;
        let _running = Running::begin();
        let sql = AssertSqlSafe(sql);
        let mut parts = match values {
            Some(values) => connection.fetch_many(sqlx::query_with(sql, SqlxValues(values))),
            None => connection.fetch_many(sqlx::raw_sql(sql)),
        };
        let (mut rows, mut result) = (Vec::new(), SqliteQueryResult::default());
        while let Some(part) = parts.try_next().await? {
            match part {
                Either::Left(done) => result.extend([done]),
                Either::Right(row) => rows.push(row),
            }
        }
        Ok((rows, result))
    }

    /// Runs a text that yields no rows, or none that matter.
    pub(in crate::db) async fn execute(&self, sql: &str) -> Result<(), sqlx::Error> {
        let mut parts = self.run(sql.to_owned(), Some(Values(Vec::new())));
        let mut is_done = false;
        while let Some(part) = parts.try_next().await? {
            is_done |= part.is_left();
        }
        // A thread that has died gives no answer, not even an error.
        is_done.then_some(()).ok_or(sqlx::Error::WorkerCrashed)
    }

    /// The first row of a statement.
    pub(in crate::db) async fn first(
        &self,
        sql: &str,
        values: Values,
    ) -> Result<Option<SqliteRow>, sqlx::Error> {
        let mut connection = self.raw.lock().await;
        let _running = Running::begin();
        let query = sqlx::query_with(AssertSqlSafe(sql), SqlxValues(values));
        connection.fetch_optional(query).await
    }

    /// The first column of the first row.
    pub(in crate::db) async fn number(&self, sql: &str) -> Result<i64, sqlx::Error> {
        let mut connection = self.raw.lock().await;
        let query = sqlx::query_scalar(AssertSqlSafe(sql));
        query.fetch_one(&mut *connection).await
    }

    /// Waits until the engine is done with what was abandoned, and cuts it off after `grace`.
    pub(in crate::db) async fn wait_until_free(&self, grace: Duration) -> Result<(), sqlx::Error> {
        let mut connection = self.raw.lock().await;
        let mut answer = std::pin::pin!(connection.ping());
        if let Ok(answer) = tokio::time::timeout(grace, &mut answer).await {
            return answer;
        }
        let _interrupting = Interrupting::begin(&self.signals);
        answer.await
    }

    /// The connection itself, for what is no statement of a unit.
    pub(in crate::db) async fn lock(&self) -> tokio::sync::MutexGuard<'_, SqliteConnection> {
        self.raw.lock().await
    }

    /// Closes the connection, if nobody else has a hold on it.
    pub(in crate::db) async fn close(self) -> Result<(), sqlx::Error> {
        match Arc::try_unwrap(self.raw) {
            Ok(connection) => connection.into_inner().close().await,
            Err(_) => Ok(()),
        }
    }
}

/// The next part. An answer mostly comes within microseconds, and to park this thread and wake it up
/// again takes longer: so it is looked for a short while first, unless the thread has others to serve
/// meanwhile.
async fn soon(parts: &mut BoxStream<'_, Part>) -> Option<Part> {
    let mut until = None;
    poll_fn(|context| {
        let until = *until.get_or_insert_with(|| Instant::now() + SOON);
        loop {
            let mut unasked = Context::from_waker(Waker::noop());
            let next = parts.poll_next_unpin(&mut unasked);
            if next.is_ready() {
                return next;
            }
            if Instant::now() >= until || RUNNING.load(Ordering::Relaxed) > 1 {
                return parts.poll_next_unpin(context);
            }
            std::thread::yield_now();
        }
    })
    .await
}

/// A text is under way as long as this lives.
struct Running;

impl Running {
    fn begin() -> Self {
        RUNNING.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Statements are cut off as long as this lives.
struct Interrupting<'a>(&'a Signals);

impl<'a> Interrupting<'a> {
    fn begin(signals: &'a Signals) -> Self {
        signals.interrupt.store(true, Ordering::Relaxed);
        Self(signals)
    }
}

impl Drop for Interrupting<'_> {
    fn drop(&mut self) {
        self.0.interrupt.store(false, Ordering::Relaxed);
    }
}
