//! Savepoints, and how a unit of work and its savepoints serve as SeaORM's connections.

use std::{fmt, pin::Pin, sync::Arc};

use sea_orm::{
    AccessMode, ConnectionTrait, DbBackend, DbErr, ExecResult, IsolationLevel, QueryResult,
    Statement, StreamTrait, TransactionError, TransactionOptions, TransactionSession,
    TransactionTrait,
};

use super::{
    error::refusal,
    rows::Rows,
    session::{Level, Session},
    sql,
    unit::UnitOfWork,
    violation::Violation,
};

/// A part of a unit of work that can be taken back on its own. Dropped, it is rolled back.
pub struct Savepoint {
    session: Arc<Session>,
    name: u32,
}

impl Savepoint {
    /// As [`UnitOfWork::violation`].
    #[must_use]
    pub fn violation(&self, error: &DbErr) -> Option<Violation> {
        self.session.violation(error)
    }
}

impl Drop for Savepoint {
    fn drop(&mut self) {
        self.session.drop_savepoint(self.name);
    }
}

#[async_trait::async_trait]
impl TransactionSession for Savepoint {
    /// Keeps the changes, as part of what is around the savepoint.
    async fn commit(self) -> Result<(), DbErr> {
        let sql = sql::keep(self.name);
        self.session.end_savepoint(self.name, &sql).await
    }

    async fn rollback(self) -> Result<(), DbErr> {
        let sql = sql::undo(self.name);
        self.session.end_savepoint(self.name, &sql).await
    }
}

impl fmt::Debug for Savepoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut savepoint = f.debug_struct("Savepoint");
        savepoint.field("name", &self.name).finish_non_exhaustive()
    }
}

/// What the unit and its savepoints have in common: a session, and a level in it.
trait Scope: Sync {
    fn session(&self) -> &Arc<Session>;
    fn level(&self) -> Level;
}

impl Scope for UnitOfWork {
    fn session(&self) -> &Arc<Session> {
        &self.session
    }

    fn level(&self) -> Level {
        None
    }
}

impl Scope for Savepoint {
    fn session(&self) -> &Arc<Session> {
        &self.session
    }

    fn level(&self) -> Level {
        Some(self.name)
    }
}

async fn savepoint(scope: &impl Scope) -> Result<Savepoint, DbErr> {
    let session = Arc::clone(scope.session());
    let name = session.savepoint(scope.level()).await?;
    Ok(Savepoint { session, name })
}

async fn run<T, E>(
    scope: &impl Scope,
    callback: impl for<'c> FnOnce(
        &'c Savepoint,
    ) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>,
) -> Result<T, TransactionError<E>>
where
    E: fmt::Display + fmt::Debug,
{
    let savepoint = savepoint(scope)
        .await
        .map_err(TransactionError::Connection)?;
    let result = callback(&savepoint).await;
    let ended = match &result {
        Ok(_) => savepoint.commit().await,
        Err(_) => savepoint.rollback().await,
    };
    let value = result.map_err(TransactionError::Transaction)?;
    ended.map_err(TransactionError::Connection)?;
    Ok(value)
}

/// A savepoint is part of a transaction that has its isolation level and access mode already.
fn refuse_options(
    isolation: Option<IsolationLevel>,
    access: Option<AccessMode>,
) -> Result<(), DbErr> {
    if isolation.is_some() || access.is_some() {
        let reason = "a savepoint has no isolation level or access mode of its own";
        return Err(refusal(reason));
    }
    Ok(())
}

/// Implements SeaORM's connection traits for what has a session.
macro_rules! impl_connection {
    ($scope:ty) => {
        #[async_trait::async_trait]
        impl ConnectionTrait for $scope {
            fn get_database_backend(&self) -> DbBackend {
                self.session.engine.backend()
            }

            async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
                self.session.execute(self.level(), statement).await
            }

            async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
                self.session.execute_unprepared(self.level(), sql).await
            }

            async fn query_one_raw(
                &self,
                statement: Statement,
            ) -> Result<Option<QueryResult>, DbErr> {
                self.session.query_one(self.level(), statement).await
            }

            async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
                self.session.query_all(self.level(), statement).await
            }
        }

        impl StreamTrait for $scope {
            type Stream<'a> = Rows<'a>;

            fn get_database_backend(&self) -> DbBackend {
                self.session.engine.backend()
            }

            fn stream_raw<'a>(
                &'a self,
                statement: Statement,
            ) -> Pin<Box<dyn Future<Output = Result<Rows<'a>, DbErr>> + 'a + Send>> {
                Box::pin(async move {
                    let stream = self.session.stream(self.level(), statement);
                    let (rows, permit) = stream.await?;
                    Ok(Rows::with_permit(rows, permit))
                })
            }
        }

        #[async_trait::async_trait]
        impl TransactionTrait for $scope {
            type Transaction = Savepoint;

            async fn begin(&self) -> Result<Savepoint, DbErr> {
                savepoint(self).await
            }

            async fn begin_with_config(
                &self,
                isolation: Option<IsolationLevel>,
                access: Option<AccessMode>,
            ) -> Result<Savepoint, DbErr> {
                refuse_options(isolation, access)?;
                savepoint(self).await
            }

            async fn begin_with_options(
                &self,
                options: TransactionOptions,
            ) -> Result<Savepoint, DbErr> {
                refuse_options(options.isolation_level, options.access_mode)?;
                savepoint(self).await
            }

            async fn transaction<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
            where
                F: for<'c> FnOnce(
                        &'c Savepoint,
                    )
                        -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>
                    + Send,
                T: Send,
                E: fmt::Display + fmt::Debug + Send,
            {
                run(self, callback).await
            }

            async fn transaction_with_config<F, T, E>(
                &self,
                callback: F,
                isolation: Option<IsolationLevel>,
                access: Option<AccessMode>,
            ) -> Result<T, TransactionError<E>>
            where
                F: for<'c> FnOnce(
                        &'c Savepoint,
                    )
                        -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>
                    + Send,
                T: Send,
                E: fmt::Display + fmt::Debug + Send,
            {
                refuse_options(isolation, access).map_err(TransactionError::Connection)?;
                run(self, callback).await
            }
        }
    };
}

impl_connection!(UnitOfWork);
impl_connection!(Savepoint);
