//! Units of work.

use std::{
    fmt,
    sync::{Arc, Weak},
};

use groundwork_naming::Engine;
use sea_orm::{DbBackend, DbErr};

use super::{
    backend::Backend,
    commit_watch,
    error::{DbError, Doing as _, refusal},
    failure,
    postgres::CopyRows,
    session::{Level, Session},
    sql,
    sqlite::{self, CommitFailed, NotStored, WriterGuard},
    violation::{self, Violation},
};

/// Changes that are stored together or not at all.
///
/// SeaORM's calls take `&work` where they take a connection: queries, `save`, `delete`, streams, the
/// loader, `transaction`. Two things of SeaORM's want its own concrete types and cannot be given a
/// unit: a `SchemaManager` (migrations run on
/// [`connect_for_migration`](super::connect_for_migration)), and a `DatabaseExecutor` (take
/// `&impl ConnectionTrait` instead).
///
/// Nothing is stored, and nobody else sees anything, until [`commit`](Self::commit) has returned
/// `Ok`; then it is on disk. A unit that is dropped is rolled back, also when the future that owns
/// it is dropped in the middle of a statement. Within the unit, reads see its own changes.
///
/// On SQLite there is one writer, so that a unit sees nothing change under it; keep units short,
/// and never begin a second one in the same task while the first is open. On PostgreSQL a unit has
/// the isolation READ COMMITTED unless [`begin_with`](super::Database::begin_with) says otherwise:
/// lock the rows that you read in order to change them (`lock_exclusive()`, which SQLite does not
/// need and leaves out).
///
/// # Savepoints
/// [`begin`](sea_orm::TransactionTrait::begin) on a unit opens a savepoint: a unit within the unit,
/// of the same type, which can be taken back on its own. Its commit keeps its changes as part of the
/// unit around it; dropped, it is rolled back. One savepoint is open within a unit at a time: the
/// next one waits until that has ended, so that those of several tasks, or of a `join!`, come one
/// after the other. A task that opens a second one itself, while it holds the first, waits in vain.
///
/// After a statement has failed, PostgreSQL takes no other until the savepoint around it is rolled
/// back; on SQLite the unit goes on. Put what may fail into a savepoint and both behave alike.
///
/// ```
/// use groundwork_core::db::{Database, ViolationKind};
/// use sea_orm::{ConnectionTrait, TransactionTrait};
/// # use groundwork_core::config::{self, Namespace, Sources};
/// # use groundwork_naming::Convention;
/// # const CONVENTION: Convention = Convention {
/// #     primary_key: "pk_{table}", foreign_key: "fk_{table}_{columns}_{referred_table}",
/// #     unique: "uq_{table}_{columns}", check: "ck_{table}_{rule}",
/// #     index: "ix_{table}_{columns}", not_null: "nn_{table}_{columns}",
/// # };
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite://{}/shop.db", folder.path().display());
/// # let sources = Sources::new(Namespace::new("shop")).with_flag("--database-url", "database.url", url);
/// # let config = config::load::<()>(&sources)?.config;
/// # let db = Database::open(&config.database, CONVENTION).await?;
/// # db.execute_unprepared("CREATE TABLE books (title text CONSTRAINT uq_books_title UNIQUE)").await?;
/// let work = db.begin().await?;
/// work.execute_unprepared("INSERT INTO books VALUES ('Dune')").await?;
///
/// let savepoint = work.begin().await?;
/// let again = savepoint.execute_unprepared("INSERT INTO books VALUES ('Dune')").await;
/// let violation = again.err().and_then(|error| work.violation(&error)).expect("a violation");
/// assert_eq!(violation.kind, ViolationKind::Unique);
/// assert_eq!(violation.constraint, CONVENTION.unique("books", &["title"]));
/// drop(savepoint); // takes back what failed, and nothing else
///
/// work.commit().await?;
/// # Ok(())
/// # }
/// ```
pub struct UnitOfWork {
    pub(super) session: Arc<Session>,
    /// The savepoint that this is; `None` for the unit itself.
    pub(super) level: Level,
    /// Held by the savepoint that is open within this.
    inner: Arc<tokio::sync::Mutex<()>>,
    /// After `session`: fields are dropped in this order.
    _end: End,
}

impl UnitOfWork {
    pub(super) fn new(session: Session) -> Self {
        let session = Arc::new(session);
        let end = End::Unit(EndsWithTheUnit(Arc::downgrade(&session)));
        Self {
            session,
            level: None,
            inner: Arc::default(),
            _end: end,
        }
    }

    /// The same unit, for a caller that lets go of it before the commit.
    pub(super) fn lend(&self) -> Self {
        Self {
            session: Arc::clone(&self.session),
            level: self.level,
            inner: Arc::clone(&self.inner),
            _end: End::Lent,
        }
    }

    /// Opens a savepoint, after the one that is open within this has ended.
    pub(super) async fn savepoint(&self) -> Result<Self, DbErr> {
        let inner = Arc::clone(&self.inner).lock_owned();
        let guard = tokio::time::timeout(self.session.acquire_timeout, inner)
            .await
            .map_err(|_| refusal("another savepoint of it is still open"))?;
        let name = self.session.savepoint(self.level).await?;
        Ok(Self {
            session: Arc::clone(&self.session),
            level: Some(name),
            inner: Arc::default(),
            _end: End::Savepoint(EndsWithTheSavepoint {
                session: Arc::downgrade(&self.session),
                name,
                _guard: guard,
            }),
        })
    }

    /// Stores the unit. When this returns `Ok`, it is on disk. A savepoint becomes part of the unit
    /// around it.
    ///
    /// # Errors
    /// Nothing was stored, except perhaps with [`DbError::OutcomeUnknown`].
    pub async fn commit(self) -> Result<(), DbError> {
        if let Some(name) = self.level {
            let kept = self.session.end_savepoint(name, &sql::keep(name)).await;
            return kept.doing("keeping a savepoint");
        }
        let settled = self.session.settle().await;
        if let Some(reason) = self.session.ended() {
            return Err(DbError::Ended { reason });
        }
        settled.doing("preparing the commit")?;
        if Arc::strong_count(&self.session) > 1 {
            let reason = "it, or a savepoint of it, is still in use";
            self.session.end(reason);
            let reason = reason.to_owned();
            return Err(DbError::Ended { reason });
        }
        commit_watch::sending();
        let committed = self.send_commit().await;
        if let Err(error) = &committed
            && !matches!(error, DbError::OutcomeUnknown { .. })
        {
            commit_watch::stored_nothing();
        }
        committed
    }

    async fn send_commit(self) -> Result<(), DbError> {
        match &self.session.backend {
            Backend::Sqlite(guard) => self.commit_on_sqlite(guard).await,
            Backend::Postgres(_) => self.commit_on_postgres().await,
            Backend::Snapshot(snapshot) => {
                snapshot.release();
                Ok(())
            }
        }
    }

    /// Takes everything back. Dropping the unit does the same without waiting for it.
    ///
    /// # Errors
    /// [`DbError::Database`] if the connection broke; nothing is stored then either.
    pub async fn rollback(self) -> Result<(), DbError> {
        if let Some(name) = self.level {
            let undone = self.session.end_savepoint(name, &sql::undo(name)).await;
            return undone.doing("rolling back a savepoint");
        }
        if self.session.ended().is_some() {
            return Ok(());
        }
        self.session.backend.release();
        match Arc::into_inner(self.session).map(|session| session.backend) {
            Some(Backend::Postgres(tx)) => tx.rollback().await.doing("rolling back"),
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
            .copy_in(self.level, statement, &rows.finished())
            .await
    }

    /// The engine beneath.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.session.engine
    }

    /// The engine in SeaORM's words, as its own connections give it: both of its traits have a method
    /// of this name.
    #[must_use]
    pub fn get_database_backend(&self) -> DbBackend {
        self.session.engine.backend()
    }

    async fn commit_on_sqlite(&self, guard: &WriterGuard) -> Result<(), DbError> {
        match guard.commit().await {
            Ok(()) => Ok(()),
            Err(CommitFailed::Ended) => Err(DbError::Ended {
                reason: guard.ended().unwrap_or_default(),
            }),
            Err(CommitFailed::NotStored(NotStored::TakenAlong)) => Err(DbError::TakenAlong),
            Err(CommitFailed::NotStored(NotStored::Replaced)) => Err(DbError::Replaced),
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

/// What happens when a unit or a savepoint is dropped.
enum End {
    Unit(#[expect(dead_code, reason = "acts when it is dropped")] EndsWithTheUnit),
    Savepoint(#[expect(dead_code, reason = "acts when it is dropped")] EndsWithTheSavepoint),
    /// Nothing: the unit belongs to somebody else.
    Lent,
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

/// Takes a savepoint back, unless it has ended, and lets the next one open.
struct EndsWithTheSavepoint {
    session: Weak<Session>,
    name: u32,
    _guard: tokio::sync::OwnedMutexGuard<()>,
}

impl Drop for EndsWithTheSavepoint {
    fn drop(&mut self) {
        if let Some(session) = self.session.upgrade() {
            session.drop_savepoint(self.name);
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
        let mut unit = f.debug_struct("UnitOfWork");
        unit.field("savepoint", &self.level).finish_non_exhaustive()
    }
}
