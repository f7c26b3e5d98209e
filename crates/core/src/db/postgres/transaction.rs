//! A transaction on PostgreSQL.

use async_stream::stream;
use futures_util::{Stream, StreamExt as _};
use sea_orm::{DbErr, ExecResult, QueryResult, Statement, sqlx};
use sqlx::PgConnection;
use tokio::sync::Mutex;

use super::{pool::Pool, pooled_connection::PooledConnection};
use crate::db::{error::refusal, failure};

/// A transaction on a connection of its own. Dropped, it is rolled back.
pub(in crate::db) struct Transaction {
    /// `None` once it was ended for all who share it.
    inner: Mutex<Option<PooledConnection>>,
}

impl Transaction {
    /// Begins with a statement such as `BEGIN READ ONLY`.
    pub(in crate::db) async fn begin(pool: &Pool, statement: &str) -> Result<Self, DbErr> {
        let mut connection = pool.acquire().await.map_err(failure::wrapped)?;
        let begun = connection.begin(statement).await;
        begun.map_err(failure::wrapped)?;
        Ok(Self {
            inner: Mutex::new(Some(connection)),
        })
    }

    pub(in crate::db) async fn execute(&self, statement: &Statement) -> Result<ExecResult, DbErr> {
        let mut inner = self.inner.lock().await;
        let connection = inner.as_mut().ok_or_else(ended)?;
        connection.execute(statement).await
    }

    /// Runs a text, which may be several statements, without preparing it.
    pub(in crate::db) async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let mut inner = self.inner.lock().await;
        let connection = inner.as_mut().ok_or_else(ended)?;
        connection.execute_unprepared(sql).await
    }

    pub(in crate::db) async fn query_one(
        &self,
        statement: &Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        let mut inner = self.inner.lock().await;
        let connection = inner.as_mut().ok_or_else(ended)?;
        connection.query_one(statement).await
    }

    pub(in crate::db) async fn query_all(
        &self,
        statement: &Statement,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let mut inner = self.inner.lock().await;
        let connection = inner.as_mut().ok_or_else(ended)?;
        connection.query_all(statement).await
    }

    /// The rows of a statement, as they come.
    pub(in crate::db) fn stream(
        &self,
        statement: Statement,
    ) -> impl Stream<Item = Result<QueryResult, DbErr>> + Send {
        stream! {
            let mut inner = self.inner.lock().await;
            let Some(connection) = inner.as_mut() else {
                yield Err(ended());
                return;
            };
            let mut rows = Box::pin(rows(connection, statement));
            while let Some(row) = rows.next().await {
                yield row;
            }
        }
    }

    /// Runs a `COPY … FROM STDIN` with what it is to read; returns the number of rows.
    pub(in crate::db) async fn copy_in(&self, statement: &str, data: &[u8]) -> Result<u64, DbErr> {
        let mut inner = self.inner.lock().await;
        let connection = inner.as_mut().ok_or_else(ended)?;
        let driver = connection.ask_for_copy().await?;
        let copied = copy_in(driver, statement, data).await;
        connection.answered(&copied).await;
        copied.map_err(failure::executed)
    }

    pub(in crate::db) async fn commit(self) -> Result<(), DbErr> {
        let mut connection = self.inner.into_inner().ok_or_else(ended)?;
        connection.end("COMMIT").await.map_err(failure::wrapped)
    }

    /// Takes everything back, for all who share it. Ended before, it has been.
    pub(in crate::db) async fn rollback(&self) -> Result<(), DbErr> {
        match self.inner.lock().await.take() {
            Some(mut connection) => connection.end("ROLLBACK").await.map_err(failure::wrapped),
            None => Ok(()),
        }
    }
}

/// The rows of a statement on a connection, as they come.
pub(super) fn rows(
    connection: &mut PooledConnection,
    statement: Statement,
) -> impl Stream<Item = Result<QueryResult, DbErr>> + Send {
    stream! {
        let mut rows = match connection.fetch(&statement).await {
            Ok(rows) => rows,
            Err(error) => {
                yield Err(error);
                return;
            }
        };
        let mut answer = Ok(());
        while let Some(row) = rows.next().await {
            match row {
                Ok(row) => yield Ok(row.into()),
                Err(error) => {
                    answer = Err(error);
                    break;
                }
            }
        }
        drop(rows);
        connection.answered(&answer).await;
        if let Err(error) = answer {
            yield Err(failure::wrapped(error));
        }
    }
}

fn ended() -> DbErr {
    refusal("it has ended")
}

async fn copy_in(
    connection: &mut PgConnection,
    statement: &str,
    data: &[u8],
) -> Result<u64, sqlx::Error> {
    let mut copy = connection.copy_in_raw(statement).await?;
    copy.send(data).await?;
    copy.finish().await
}
