//! Units of work, and the savepoints inside them.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Weak},
};

use sea_orm::{
    AccessMode, ConnectionTrait, DbBackend, DbErr, ExecResult, IsolationLevel, QueryResult,
    Statement, StreamTrait, TransactionError, TransactionOptions, TransactionSession,
    TransactionTrait,
};

use super::{
    DbError, Engine, Violation, failure, foreign_keys,
    session::{Level, Rows, Session, refusal},
    sql, violation,
};

/// Changes that are stored together or not at all.
///
/// Any SeaORM call takes `&work` where it takes a connection. Nothing is stored, and nobody else
/// sees anything, until [`commit`](Self::commit) has returned `Ok`; then it is on disk. A unit that
/// is dropped is rolled back, also when the future that owns it is dropped in the middle of a
/// statement. Within the unit, reads see its own changes.
///
/// On SQLite there is one writer, so that a unit sees nothing change under it; keep units short,
/// and never begin a second one in the same task while the first is open. On PostgreSQL a unit has
/// the isolation READ COMMITTED: lock the rows that you read in order to change them
/// (`lock_exclusive()`, which SQLite does not need and leaves out).
///
/// After a statement has failed, PostgreSQL takes no other until the savepoint around it is rolled
/// back; on SQLite the unit goes on. Put what may fail into a savepoint ([`TransactionTrait::begin`])
/// and both behave alike.
///
/// ```no_run
/// # use groundwork_core::db::{Database, DbError};
/// # use sea_orm::ConnectionTrait;
/// # async fn example(db: Database) -> Result<(), Box<dyn std::error::Error>> {
/// let work = db.begin().await?;
/// work.execute_unprepared("UPDATE scenes SET description = 'Dusk'").await?;
/// work.commit().await?;
/// # Ok(())
/// # }
/// ```
pub struct UnitOfWork {
    session: Arc<Session>,
    /// After `session`: fields are dropped in this order.
    _ends: Option<EndsWithTheUnit>,
}

/// A part of a unit of work that can be taken back on its own. Dropped, it is rolled back.
pub struct Savepoint {
    session: Arc<Session>,
    name: u32,
}

impl UnitOfWork {
    pub(super) fn new(session: Session) -> Self {
        let session = Arc::new(session);
        let ends = EndsWithTheUnit(Arc::downgrade(&session));
        Self {
            session,
            _ends: Some(ends),
        }
    }

    /// The same unit for somebody who is to let go of it before the commit.
    pub(super) fn lend(&self) -> Self {
        Self {
            session: Arc::clone(&self.session),
            _ends: None,
        }
    }

    /// Stores the unit. When this returns `Ok`, it is on disk.
    ///
    /// # Errors
    /// Nothing was stored, except perhaps with [`DbError::OutcomeUnknown`].
    pub async fn commit(self) -> Result<(), DbError> {
        let settled = self.session.settle().await;
        if let Some(reason) = self.session.ended() {
            return Err(DbError::Ended { reason });
        }
        settled.map_err(|source| DbError::Database {
            doing: "prepare the commit",
            source,
        })?;
        if Arc::strong_count(&self.session) > 1 {
            let reason = "it, or a savepoint of it, is still in use";
            self.session.end(reason);
            let reason = reason.to_owned();
            return Err(DbError::Ended { reason });
        }
        match self.session.engine {
            Engine::Sqlite => self.commit_on_sqlite().await,
            Engine::Postgres => self.commit_on_postgres().await,
        }
    }

    /// Takes everything back. Dropping the unit does the same without waiting for it.
    ///
    /// # Errors
    /// [`DbError::Database`] if the connection broke; nothing is stored then either.
    pub async fn rollback(self) -> Result<(), DbError> {
        let ended = self.session.ended().is_some();
        match Arc::into_inner(self.session) {
            Some(session) if !ended => {
                let rolled_back = session.tx.rollback().await;
                rolled_back.map_err(|source| DbError::Database {
                    doing: "roll back",
                    source,
                })
            }
            _ => Ok(()),
        }
    }

    /// The constraint that a statement of this unit, or of a savepoint in it, has violated; `None`
    /// if the error is about something else.
    ///
    /// The error itself stays what it is over plain SeaORM, `sql_err()` included.
    #[must_use]
    pub fn violation(&self, error: &DbErr) -> Option<Violation> {
        self.session.violation(error)
    }

    /// The engine beneath.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.session.engine
    }

    /// A `COMMIT` that is refused leaves the transaction open, so that the broken foreign key can
    /// be looked for. The `BEGIN` after it keeps SeaORM's transaction object in step with the
    /// connection; dropping the object ends it.
    async fn commit_on_sqlite(self) -> Result<(), DbError> {
        let abandoned = self.session.ends_unless_done();
        let Err(source) = self.session.tx.execute_unprepared("COMMIT; BEGIN").await else {
            abandoned.done();
            return Ok(());
        };
        let deferred = violation::of(&source, &self.session.convention);
        let failed = match deferred {
            Some(unnamed) => {
                let found = foreign_keys::find_broken(&self.session, None).await;
                let named = found.ok().flatten();
                let convention = &self.session.convention;
                let violation = named.map_or(unnamed, |key| key.violation(convention));
                DbError::Violated { violation, source }
            }
            None => not_stored(source),
        };
        Err(failed)
    }

    async fn commit_on_postgres(self) -> Result<(), DbError> {
        let Some(session) = Arc::into_inner(self.session) else {
            let reason = "it, or a savepoint of it, is still in use".to_owned();
            return Err(DbError::Ended { reason });
        };
        let Err(source) = session.tx.commit().await else {
            return Ok(());
        };
        Err(match violation::of(&source, &session.convention) {
            Some(violation) => DbError::Violated { violation, source },
            None => not_stored(source),
        })
    }
}

/// Keeps a savepoint from going on when its unit is gone.
struct EndsWithTheUnit(Weak<Session>);

impl Drop for EndsWithTheUnit {
    fn drop(&mut self) {
        if let Some(session) = self.0.upgrade() {
            session.end("it was dropped");
        }
    }
}

fn not_stored(source: DbErr) -> DbError {
    let unknown = failure::driver_error(&source)
        .is_none_or(|error| failure::is_lost(error) || failure::is_disk_failure(error));
    if unknown {
        DbError::OutcomeUnknown { source }
    } else {
        DbError::Database {
            doing: "commit",
            source,
        }
    }
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

impl fmt::Debug for UnitOfWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnitOfWork").finish_non_exhaustive()
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
                Box::pin(self.session.stream(self.level(), statement))
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
