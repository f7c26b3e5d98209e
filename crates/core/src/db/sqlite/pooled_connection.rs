//! A connection for reads while somebody has it.

use std::{
    ops::DerefMut,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use async_stream::stream;
use futures_util::{Stream, StreamExt as _};
use sea_orm::{
    ConnAcquireErr, DbErr, QueryResult, RuntimeErr, Statement, Values,
    sqlx::{
        self, Either,
        sqlite::{SqliteQueryResult, SqliteRow},
    },
};
use tokio::sync::OwnedSemaphorePermit;

use super::{connection::Connection, readers::Readers};
use crate::db::{failure, sql::values};

/// The rows of a read, as the engine gives them.
pub(in crate::db) type RowStream<'a> =
    Pin<Box<dyn Stream<Item = Result<QueryResult, DbErr>> + Send + 'a>>;

/// A connection in use. Given up before its statement is done, it becomes free when the engine has
/// been cut off; given up in a transaction, when that has been rolled back.
pub(super) struct PooledConnection {
    readers: Arc<Readers>,
    number: usize,
    pub(super) connection: Connection,
    /// When its statement began.
    since: Instant,
    pub(super) is_done: bool,
    is_in_transaction: bool,
    permit: Option<OwnedSemaphorePermit>,
}

impl PooledConnection {
    pub(super) fn new(
        readers: Arc<Readers>,
        number: usize,
        connection: Connection,
        permit: OwnedSemaphorePermit,
        sql: &str,
    ) -> Self {
        readers.note(number, sql);
        Self {
            readers,
            number,
            connection,
            since: Instant::now(),
            is_done: false,
            is_in_transaction: false,
            permit: Some(permit),
        }
    }

    /// Begins a transaction, which ends when the connection is given up.
    pub(super) async fn begin(&mut self) -> Result<(), Failed> {
        self.is_in_transaction = true;
        let begun = self.within_its_time(self.connection.execute("BEGIN")).await;
        self.is_done = begun.is_ok();
        begun
    }

    /// Makes ready for another statement of the transaction.
    pub(super) async fn next_statement(&mut self, sql: &str) -> Result<(), Failed> {
        self.cut_off().await?;
        self.is_done = false;
        self.since = Instant::now();
        self.readers.note(self.number, sql);
        Ok(())
    }

    /// Waits until the engine has left a statement that was given up.
    pub(super) async fn cut_off(&mut self) -> Result<(), Failed> {
        if !self.is_done {
            let is_free = self.connection.wait_until_free(Duration::ZERO).await;
            is_free.map_err(Failed::Driver)?;
            self.is_done = true;
        }
        Ok(())
    }

    /// All rows of a text, and what it changed.
    pub(super) async fn all(
        &mut self,
        sql: &str,
        values: Option<Values>,
    ) -> Result<(Vec<SqliteRow>, SqliteQueryResult), Failed> {
        let collected = self.within_its_time(self.connection.all(sql, values)).await;
        self.is_done = !matches!(collected, Err(Failed::TooLong(_)));
        collected
    }

    /// The first row of a statement.
    pub(super) async fn first(
        &mut self,
        sql: &str,
        values: Values,
    ) -> Result<Option<SqliteRow>, Failed> {
        let first = self.connection.first(sql, values);
        let row = self.within_its_time(first).await;
        self.is_done = row.is_ok();
        row
    }

    async fn within_its_time<T>(
        &self,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, Failed> {
        let limit = self.readers.statement_timeout;
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

/// The rows of a statement, as the engine gives them.
pub(super) fn stream<'a>(
    pooled: impl DerefMut<Target = PooledConnection> + Send + 'a,
    statement: &Statement,
) -> RowStream<'a> {
    let sql = statement.sql.clone();
    let mut parts = pooled.connection.run(sql, Some(values(statement)));
    Box::pin(stream! {
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
    })
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        let (readers, number) = (Arc::clone(&self.readers), self.number);
        let connection = self.connection.clone();
        if self.is_done && !self.is_in_transaction {
            readers.leave(number, Some(connection));
            return;
        }
        let (permit, is_in_transaction) = (self.permit.take(), self.is_in_transaction);
        self.readers.runtime().spawn(async move {
            let mut is_free = connection.wait_until_free(Duration::ZERO).await.is_ok();
            if is_in_transaction {
                is_free = is_free && connection.execute("ROLLBACK").await.is_ok();
            }
            readers.leave(number, is_free.then_some(connection));
            drop(permit);
        });
    }
}

/// Why a read has no result.
pub(super) enum Failed {
    NotGiven(ConnAcquireErr),
    TooLong(Duration),
    Driver(sqlx::Error),
}

impl Failed {
    pub(super) fn of_query(self) -> DbErr {
        self.into_error(failure::wrapped)
    }

    pub(super) fn into_error(self, wrap: impl FnOnce(sqlx::Error) -> DbErr) -> DbErr {
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
