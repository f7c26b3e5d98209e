//! Units of work.

use std::{
    fmt,
    sync::{Arc, Weak},
};

use groundwork_naming::Engine;
use sea_orm::DbErr;

use super::{
    backend::Backend,
    error::DbError,
    failure,
    postgres::CopyRows,
    session::Session,
    sqlite::{self, CommitFailed, NotStored, WriterGuard},
    violation::{self, Violation},
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
/// back; on SQLite the unit goes on. Put what may fail into a savepoint ([`begin`](sea_orm::TransactionTrait::begin))
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
    pub(super) session: Arc<Session>,
    /// After `session`: fields are dropped in this order.
    _ends: Option<EndsWithTheUnit>,
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

    /// The same unit, for a caller that lets go of it before the commit.
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
            doing: "preparing the commit",
            source,
        })?;
        if Arc::strong_count(&self.session) > 1 {
            let reason = "it, or a savepoint of it, is still in use";
            self.session.end(reason);
            let reason = reason.to_owned();
            return Err(DbError::Ended { reason });
        }
        match &self.session.backend {
            Backend::Sqlite(guard) => self.commit_on_sqlite(guard).await,
            Backend::Postgres(_) => self.commit_on_postgres().await,
        }
    }

    /// Takes everything back. Dropping the unit does the same without waiting for it.
    ///
    /// # Errors
    /// [`DbError::Database`] if the connection broke; nothing is stored then either.
    pub async fn rollback(self) -> Result<(), DbError> {
        if self.session.ended().is_some() {
            return Ok(());
        }
        self.session.backend.release();
        match Arc::into_inner(self.session).map(|session| session.backend) {
            Some(Backend::Postgres(tx)) => {
                let rolled_back = tx.rollback().await;
                rolled_back.map_err(|source| DbError::Database {
                    doing: "rolling back",
                    source,
                })
            }
            _ => Ok(()),
        }
    }

    /// The constraint that a statement of this unit, or of a savepoint in it, has violated; `None`
    /// if the error is about something else.
    ///
    /// The error itself stays what it is over plain SeaORM, `sql_err()` included. Of a foreign key
    /// that SQLite refuses inside a stream, or inside a text of several statements, only the kind is
    /// known.
    #[must_use]
    pub fn violation(&self, error: &DbErr) -> Option<Violation> {
        self.session.violation(error)
    }

    /// PostgreSQL only: runs a `COPY … FROM STDIN (FORMAT binary)` with these rows, and returns how
    /// many were stored.
    ///
    /// # Errors
    /// What PostgreSQL refuses; on SQLite always.
    pub async fn copy_in(&self, statement: &str, rows: &CopyRows) -> Result<u64, DbErr> {
        self.session
            .copy_in(None, statement, &rows.finished())
            .await
    }

    /// The engine beneath.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.session.engine
    }

    async fn commit_on_sqlite(&self, guard: &WriterGuard) -> Result<(), DbError> {
        match guard.commit().await {
            Ok(()) => Ok(()),
            Err(CommitFailed::Ended) => Err(DbError::Ended {
                reason: guard.ended().unwrap_or_default(),
            }),
            Err(CommitFailed::NotStored(NotStored::TakenAlong)) => Err(DbError::TakenAlong),
            Err(CommitFailed::NotStored(NotStored::Unknown(reason))) => {
                Err(DbError::OutcomeUnknown {
                    source: DbErr::Custom(reason.to_owned()),
                })
            }
            Err(CommitFailed::NotStored(NotStored::Commit(source))) => Err(not_stored(source)),
            Err(CommitFailed::Refused(source)) => Err(self.refused(guard, source).await),
        }
    }

    /// Looks for the foreign key that made SQLite refuse the commit, while the unit is still open.
    async fn refused(&self, guard: &WriterGuard, source: DbErr) -> DbError {
        let convention = &self.session.convention;
        let found = sqlite::find_broken(guard, None).await;
        self.session.end("its commit was refused");
        let named = found.ok().flatten().map(|key| key.violation(convention));
        match named.or_else(|| violation::of(&source, convention)) {
            Some(violation) => DbError::Violated {
                violation: Box::new(violation),
                source,
            },
            None => not_stored(source),
        }
    }

    async fn commit_on_postgres(self) -> Result<(), DbError> {
        let Some(session) = Arc::into_inner(self.session) else {
            let reason = "it, or a savepoint of it, is still in use".to_owned();
            return Err(DbError::Ended { reason });
        };
        let Backend::Postgres(tx) = session.backend else {
            return Ok(());
        };
        let Err(source) = tx.commit().await else {
            return Ok(());
        };
        Err(match violation::of(&source, &session.convention) {
            Some(violation) => DbError::Violated {
                violation: Box::new(violation),
                source,
            },
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
    let unknown = failure::driver_error(&source).is_none_or(|error| {
        failure::is_lost(error)
            || failure::is_disk_failure(error)
            || failure::ended_the_session(error)
    });
    if unknown {
        DbError::OutcomeUnknown { source }
    } else {
        DbError::Database {
            doing: "committing",
            source,
        }
    }
}

impl fmt::Debug for UnitOfWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnitOfWork").finish_non_exhaustive()
    }
}
