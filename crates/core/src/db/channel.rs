//! What the statements of a unit go through: on SQLite its lease of the one writer, on PostgreSQL a
//! transaction of its own.

use std::{pin::Pin, sync::Arc};

use futures_util::Stream;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbErr, ExecResult, QueryResult, Statement, StreamTrait,
};

use super::writer::Lease;

/// The rows of a stream.
pub(super) type RowStream<'a> = Pin<Box<dyn Stream<Item = Result<QueryResult, DbErr>> + Send + 'a>>;

pub(super) enum Channel {
    Sqlite(Arc<Lease>),
    Postgres(DatabaseTransaction),
}

impl Channel {
    pub(super) async fn execute(&self, statement: &Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(lease) => lease.execute(statement).await,
            Self::Postgres(tx) => tx.execute_raw(statement.clone()).await,
        }
    }

    pub(super) async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(lease) => lease.execute_unprepared(sql).await,
            Self::Postgres(tx) => tx.execute_unprepared(sql).await,
        }
    }

    pub(super) async fn query_one(
        &self,
        statement: &Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(lease) => lease.query_one(statement).await,
            Self::Postgres(tx) => tx.query_one_raw(statement.clone()).await,
        }
    }

    pub(super) async fn query_all(&self, statement: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(lease) => lease.query_all(statement).await,
            Self::Postgres(tx) => tx.query_all_raw(statement.clone()).await,
        }
    }

    pub(super) async fn stream(&self, statement: Statement) -> Result<RowStream<'_>, DbErr> {
        Ok(match self {
            Self::Sqlite(lease) => Box::pin(lease.stream(statement).await?),
            Self::Postgres(tx) => Box::pin(tx.stream_raw(statement).await?),
        })
    }

    /// Why the engine, or the time limit, has ended the transaction.
    pub(super) fn ended(&self) -> Option<String> {
        match self {
            Self::Sqlite(lease) => lease.ended(),
            Self::Postgres(_) => None,
        }
    }

    /// Lets others write. A transaction on PostgreSQL is in nobody's way, and ends when it is
    /// dropped.
    pub(super) fn release(&self) {
        if let Self::Sqlite(lease) = self {
            lease.release();
        }
    }
}
