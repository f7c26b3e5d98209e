//! What the statements of a unit go through: on SQLite its hold on the one writer, or on a
//! connection for reads; on PostgreSQL a transaction of its own.

use std::{pin::Pin, sync::Arc};

use futures_util::Stream;
use sea_orm::{DbErr, ExecResult, QueryResult, Statement};

use super::{
    error::refusal,
    postgres::Transaction,
    sqlite::{Snapshot, WriterGuard},
};

/// The rows of a stream.
pub(super) type RowStream<'a> = Pin<Box<dyn Stream<Item = Result<QueryResult, DbErr>> + Send + 'a>>;

pub(super) enum Backend {
    Sqlite(Arc<WriterGuard>),
    Postgres(Transaction),
    /// Several reads of one state on SQLite.
    Snapshot(Arc<Snapshot>),
}

/// Tells whether a unit had its connection too long, also when the unit is gone.
pub(super) enum UnitTime {
    Sqlite(Arc<WriterGuard>),
    /// Its statements say so themselves.
    Unlimited,
}

impl UnitTime {
    pub(super) fn is_over(&self) -> bool {
        match self {
            Self::Sqlite(guard) => guard.is_overdue(),
            Self::Unlimited => false,
        }
    }
}

impl Backend {
    pub(super) fn time(&self) -> UnitTime {
        match self {
            Self::Sqlite(guard) => UnitTime::Sqlite(Arc::clone(guard)),
            Self::Postgres(_) | Self::Snapshot(_) => UnitTime::Unlimited,
        }
    }

    pub(super) async fn execute(&self, statement: &Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(guard) => guard.execute(statement).await,
            Self::Postgres(tx) => tx.execute(statement).await,
            Self::Snapshot(snapshot) => snapshot.execute(statement).await,
        }
    }

    pub(super) async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(guard) => guard.execute_unprepared(sql).await,
            Self::Postgres(tx) => tx.execute_unprepared(sql).await,
            Self::Snapshot(snapshot) => snapshot.execute_unprepared(sql).await,
        }
    }

    pub(super) async fn query_one(
        &self,
        statement: &Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(guard) => guard.query_one(statement).await,
            Self::Postgres(tx) => tx.query_one(statement).await,
            Self::Snapshot(snapshot) => snapshot.query_one(statement).await,
        }
    }

    pub(super) async fn query_all(&self, statement: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(guard) => guard.query_all(statement).await,
            Self::Postgres(tx) => tx.query_all(statement).await,
            Self::Snapshot(snapshot) => snapshot.query_all(statement).await,
        }
    }

    pub(super) async fn stream(&self, statement: Statement) -> Result<RowStream<'_>, DbErr> {
        Ok(match self {
            Self::Sqlite(guard) => Box::pin(guard.stream(statement).await?),
            Self::Postgres(tx) => Box::pin(tx.stream(statement)),
            Self::Snapshot(snapshot) => snapshot.stream(&statement).await?,
        })
    }

    pub(super) async fn copy_in(&self, statement: &str, data: &[u8]) -> Result<u64, DbErr> {
        match self {
            Self::Sqlite(_) | Self::Snapshot(_) => Err(refusal("SQLite has no COPY")),
            Self::Postgres(tx) => tx.copy_in(statement, data).await,
        }
    }

    /// Why the engine, or the time limit, has ended the transaction.
    pub(super) fn ended(&self) -> Option<String> {
        match self {
            Self::Sqlite(guard) => guard.ended(),
            Self::Postgres(_) => None,
            Self::Snapshot(snapshot) => snapshot.ended(),
        }
    }

    /// Lets others have the connection. A transaction on PostgreSQL is in nobody's way, and ends when
    /// it is dropped.
    pub(super) fn release(&self) {
        match self {
            Self::Sqlite(guard) => guard.release(),
            Self::Postgres(_) => {}
            Self::Snapshot(snapshot) => snapshot.release(),
        }
    }
}
