//! Reads, on connections that refuse to write.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use groundwork_naming::{Convention, Engine};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, IsolationLevel, QueryResult, Statement,
    StreamTrait,
};

use super::{
    backend::Backend,
    error::{DbError, Doing as _},
    observe::Observer,
    postgres::Reads,
    rows::Rows,
    session::Session,
    sql,
    sqlite::{Readers, Snapshot},
    unit::UnitOfWork,
};

/// Reads what is committed. Cheap to clone.
///
/// Every statement sees the newest commit at the time it starts, and is never held up by a unit of
/// work; on a [`replica_reader`](super::Database::replica_reader) that is the newest commit that has
/// reached the replica. A statement that would change something is refused by the engine. On
/// PostgreSQL a statement whose connection breaks is repeated on another one; a stream is not.
///
/// Several reads of one state are a [`snapshot`](Self::snapshot), which is also what SeaORM's
/// `begin` gives here.
///
/// ```
/// use groundwork_core::db::Database;
/// use sea_orm::{ConnectionTrait, Statement};
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
/// let reader = db.reader();
/// let count = Statement::from_string(db.engine().backend(), "SELECT count(*) FROM books");
/// let row = reader.query_one_raw(count).await?.expect("a row");
/// assert_eq!(row.try_get_by_index::<i64>(0)?, 0);
/// let refused = reader.execute_unprepared("DELETE FROM books").await;
/// assert!(refused.is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Reader {
    connections: Connections,
    /// How long a read is repeated, and how long it waits for a connection.
    acquire_timeout: Duration,
    convention: Convention,
    observer: Observer,
}

/// What reads run on.
#[derive(Clone)]
pub(super) enum Connections {
    Sqlite(Arc<Readers>),
    Postgres(Reads),
    /// What its own units have stored, though nothing is committed.
    RolledBack(Arc<UnitOfWork>),
}

impl Reader {
    pub(super) fn new(
        connections: Connections,
        acquire_timeout: Duration,
        convention: Convention,
        observer: Observer,
    ) -> Self {
        Self {
            connections,
            acquire_timeout,
            convention,
            observer,
        }
    }

    /// Begins a unit that only reads, and sees one state of the database throughout: that of its
    /// first read. The engine refuses changes in it. On SQLite it may last as long as a unit of work
    /// (`database.unit_of_work_timeout_ms`); it holds up nobody, but the write-ahead log grows
    /// meanwhile.
    ///
    /// ```no_run
    /// # use groundwork_core::db::Database;
    /// # use sea_orm::ConnectionTrait;
    /// # async fn example(db: Database) -> Result<(), sea_orm::DbErr> {
    /// let rows = db.reader().snapshot().await?;
    /// rows.execute_unprepared("SELECT count(*) FROM scenes").await?;
    /// rows.execute_unprepared("SELECT * FROM scenes").await?; // as many as were counted
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`DbError::TimedOut`] if no connection becomes free within `database.acquire_timeout_ms`.
    pub async fn snapshot(&self) -> Result<UnitOfWork, DbError> {
        self.snapshot_with(None).await
    }

    /// The same; `isolation` is for PostgreSQL, where `None` is REPEATABLE READ.
    pub(super) async fn snapshot_with(
        &self,
        isolation: Option<IsolationLevel>,
    ) -> Result<UnitOfWork, DbError> {
        let started = Instant::now();
        let (backend, engine) = match &self.connections {
            Connections::Sqlite(readers) => {
                let begun = Snapshot::begin(readers).await;
                let snapshot = begun.map_err(|source| {
                    DbError::not_begun(source, "a connection for reads: all are in use", started)
                })?;
                (Backend::Snapshot(snapshot), Engine::Sqlite)
            }
            Connections::Postgres(reads) => {
                let begun = reads.snapshot(isolation).await?;
                (Backend::Postgres(begun), Engine::Postgres)
            }
            Connections::RolledBack(unit) => return unit.savepoint().await.doing("beginning"),
        };
        let (timeout, observer) = (self.acquire_timeout, self.observer);
        let session = Session::new(backend, engine, self.convention, timeout, observer);
        Ok(UnitOfWork::new(session))
    }

    /// Whether a read may miss what is committed: a replica serves it.
    pub(super) fn may_be_behind(&self) -> bool {
        match &self.connections {
            Connections::Sqlite(_) | Connections::RolledBack(_) => false,
            Connections::Postgres(reads) => reads.may_be_behind(),
        }
    }

    /// The engine in SeaORM's words, as its own connections give it: both of its traits have a method
    /// of this name.
    #[must_use]
    pub fn get_database_backend(&self) -> DbBackend {
        match &self.connections {
            Connections::Sqlite(_) => DbBackend::Sqlite,
            Connections::Postgres(_) => DbBackend::Postgres,
            Connections::RolledBack(unit) => unit.get_database_backend(),
        }
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        sql::refuse_transaction_control(&statement.sql)?;
        let run = async {
            match &self.connections {
                Connections::Sqlite(readers) => readers.execute(&statement).await,
                Connections::Postgres(reads) => {
                    reads.execute(&statement, self.acquire_timeout).await
                }
                Connections::RolledBack(unit) => unit.execute_raw(statement.clone()).await,
            }
        };
        self.observer.statement(&statement.sql, run).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        sql::refuse_transaction_control(sql)?;
        let run = async {
            match &self.connections {
                Connections::Sqlite(readers) => readers.execute_unprepared(sql).await,
                Connections::Postgres(reads) => {
                    reads.execute_unprepared(sql, self.acquire_timeout).await
                }
                Connections::RolledBack(unit) => unit.execute_unprepared(sql).await,
            }
        };
        self.observer.statement(sql, run).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let run = async {
            match &self.connections {
                Connections::Sqlite(readers) => readers.query_one(&statement).await,
                Connections::Postgres(reads) => {
                    reads.query_one(&statement, self.acquire_timeout).await
                }
                Connections::RolledBack(unit) => unit.query_one_raw(statement.clone()).await,
            }
        };
        self.observer.statement(&statement.sql, run).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let run = async {
            match &self.connections {
                Connections::Sqlite(readers) => readers.query_all(&statement).await,
                Connections::Postgres(reads) => {
                    reads.query_all(&statement, self.acquire_timeout).await
                }
                Connections::RolledBack(unit) => unit.query_all_raw(statement.clone()).await,
            }
        };
        self.observer.statement(&statement.sql, run).await
    }
}

impl StreamTrait for Reader {
    type Stream<'a> = Rows<'a>;

    fn get_database_backend(&self) -> DbBackend {
        self.get_database_backend()
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = Result<Rows<'a>, DbErr>> + 'a + Send>> {
        Box::pin(async move {
            Ok(match &self.connections {
                Connections::Sqlite(readers) => Rows::of(readers.stream(&statement).await?),
                Connections::Postgres(reads) => Rows::of(reads.stream(statement).await?),
                Connections::RolledBack(unit) => unit.stream_raw(statement).await?,
            })
        })
    }
}
