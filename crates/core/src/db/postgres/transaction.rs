//! A transaction on PostgreSQL.

use std::ops::DerefMut as _;

use async_stream::stream;
use futures_util::{Stream, StreamExt as _};
use sea_orm::{DbErr, ExecResult, QueryResult, Statement, sqlx};
use sea_query_sqlx::SqlxValues;
use sqlx::{AssertSqlSafe, Executor as _, PgConnection, PgPool, Postgres};
use tokio::sync::Mutex;

use crate::db::{error::refusal, failure, sql::values};

/// A transaction on a connection of its own. Dropped, it is rolled back.
pub(in crate::db) struct Transaction {
    /// `None` once it was ended for all who share it.
    inner: Mutex<Option<sqlx::Transaction<'static, Postgres>>>,
}

impl Transaction {
    /// Begins with a statement such as `BEGIN READ ONLY`.
    pub(in crate::db) async fn begin(pool: &PgPool, statement: &str) -> Result<Self, DbErr> {
        let statement = AssertSqlSafe(statement.to_owned());
        let begun = pool.begin_with(statement).await.map_err(failure::wrapped)?;
        Ok(Self {
            inner: Mutex::new(Some(begun)),
        })
    }

    pub(in crate::db) async fn execute(&self, statement: &Statement) -> Result<ExecResult, DbErr> {
        let mut inner = self.inner.lock().await;
        let inner = inner.as_mut().ok_or_else(ended)?;
        let done = inner.execute(query(statement)).await;
        done.map(Into::into).map_err(failure::executed)
    }

    /// Runs a text, which may be several statements, without preparing it.
    pub(in crate::db) async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let mut inner = self.inner.lock().await;
        let inner = inner.as_mut().ok_or_else(ended)?;
        let text = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let done = inner.execute(text).await;
        done.map(Into::into).map_err(failure::executed)
    }

    pub(in crate::db) async fn query_one(
        &self,
        statement: &Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        let mut inner = self.inner.lock().await;
        let inner = inner.as_mut().ok_or_else(ended)?;
        let row = inner.fetch_optional(query(statement)).await;
        row.map(|row| row.map(Into::into)).map_err(failure::wrapped)
    }

    pub(in crate::db) async fn query_all(
        &self,
        statement: &Statement,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let mut inner = self.inner.lock().await;
        let inner = inner.as_mut().ok_or_else(ended)?;
        let rows = inner.fetch_all(query(statement)).await;
        rows.map(|rows| rows.into_iter().map(Into::into).collect())
            .map_err(failure::wrapped)
    }

    /// The rows of a statement, as they come.
    pub(in crate::db) fn stream(
        &self,
        statement: Statement,
    ) -> impl Stream<Item = Result<QueryResult, DbErr>> + Send {
        stream! {
            let mut inner = self.inner.lock().await;
            let Some(inner) = inner.as_mut() else {
                yield Err(ended());
                return;
            };
            let mut rows = inner.fetch(query(&statement));
            while let Some(row) = rows.next().await {
                yield row.map(Into::into).map_err(failure::wrapped);
            }
        }
    }

    /// Runs a `COPY … FROM STDIN` with what it is to read; returns the number of rows.
    pub(in crate::db) async fn copy_in(&self, statement: &str, data: &[u8]) -> Result<u64, DbErr> {
        let mut inner = self.inner.lock().await;
        let inner = inner.as_mut().ok_or_else(ended)?;
        let connection: &mut PgConnection = inner.deref_mut();
        let copied = copy_in(connection, statement, data).await;
        copied.map_err(failure::executed)
    }

    pub(in crate::db) async fn commit(self) -> Result<(), DbErr> {
        let inner = self.inner.into_inner().ok_or_else(ended)?;
        inner.commit().await.map_err(failure::wrapped)
    }

    /// Takes everything back, for all who share it. Ended before, it has been.
    pub(in crate::db) async fn rollback(&self) -> Result<(), DbErr> {
        match self.inner.lock().await.take() {
            Some(inner) => inner.rollback().await.map_err(failure::wrapped),
            None => Ok(()),
        }
    }
}

fn ended() -> DbErr {
    refusal("it has ended")
}

fn query(statement: &Statement) -> sqlx::query::Query<'static, Postgres, SqlxValues> {
    sqlx::query_with(
        AssertSqlSafe(statement.sql.clone()),
        SqlxValues(values(statement)),
    )
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
