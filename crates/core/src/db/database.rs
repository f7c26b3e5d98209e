//! An open database: its pools, and what a caller gets from them.

use std::{
    fmt,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use groundwork_naming::{Convention, Engine};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DbBackend, SqlxPostgresConnector,
    SqlxSqliteConnector, Statement, TransactionOptions,
};

use super::{
    backend::Backend,
    error::{DbError, Doing as _},
    metrics,
    observe::Observer,
    open_error::OpenError,
    postgres::{self, Limits, ReplicaReport},
    reader::{self, Reader},
    session::Session,
    sqlite::{self, Readers, Reserve, Writer},
    unit::UnitOfWork,
};
use crate::{
    config,
    error::{DomainError, Kind},
};

/// An open database. Cheap to clone; all clones share the same connections.
///
/// It serves as SeaORM's connection. A statement on it is a unit of its own: a read runs as on
/// [`reader`](Self::reader), and the result of anything else comes when it is on disk.
/// What belongs together goes into a unit of work ([`begin`](Self::begin)).
///
/// ```
/// use groundwork_core::db::Database;
/// use sea_orm::ConnectionTrait;
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
/// let sources = Sources::new(Namespace::new("shop")) // a program takes what it was started with
///     .with_flag("--database-url", "database.url", url);
/// let config = config::load::<()>(&sources)?.config;
/// let db = Database::open(&config.database, CONVENTION).await?;
///
/// db.execute_unprepared("CREATE TABLE books (title text)").await?; // stored by itself
/// let work = db.begin().await?;
/// work.execute_unprepared("INSERT INTO books VALUES ('Dune')").await?;
/// work.execute_unprepared("INSERT INTO books VALUES ('Hyperion')").await?;
/// work.commit().await?; // stored together
///
/// let removed = db.execute_unprepared("DELETE FROM books").await?;
/// assert_eq!(removed.rows_affected(), 2);
/// db.close().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Database {
    pub(super) inner: Arc<Inner>,
}

/// What an open database is, for people to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The engine.
    pub engine: Engine,
    /// The engine's version, as it reports it.
    pub version: String,
    /// Where the database is; without a password.
    pub url: String,
}

pub(super) struct Inner {
    engine: Engine,
    convention: Convention,
    url: String,
    /// `database.acquire_timeout_ms`.
    acquire_timeout: Duration,
    /// How long a unit, or a statement of it, may last.
    time_limit: Duration,
    pub(super) pools: Pools,
    observer: Observer,
    pub(super) reader: Reader,
    replica_reader: Reader,
}

pub(super) enum Pools {
    Sqlite {
        writer: Arc<Writer>,
        readers: Arc<Readers>,
        reserve: Arc<Reserve>,
    },
    Postgres(postgres::Pools),
    /// The unit that is never committed.
    RolledBack(Arc<UnitOfWork>),
}

impl Database {
    /// Opens the database. On SQLite the file and its folder are created when they are missing,
    /// for this user only. The schema is not looked at.
    ///
    /// # Errors
    /// What is wrong and what to do about it; see [`OpenError`].
    pub async fn open(
        config: &config::Database,
        convention: Convention,
    ) -> Result<Self, OpenError> {
        let engine = config.url.engine();
        let pools = match engine {
            Engine::Sqlite => {
                let sqlite::Pools {
                    writer,
                    readers,
                    reserve,
                } = sqlite::open(config).await?;
                Pools::Sqlite {
                    writer,
                    readers,
                    reserve,
                }
            }
            Engine::Postgres => Pools::Postgres(postgres::open(config).await?),
        };
        metrics::describe();
        let observer = Observer::new(config.slow_statement);
        let timeout = config.acquire_timeout;
        let reader = |connections| Reader::new(connections, timeout, convention, observer);
        let inner = Inner {
            engine,
            convention,
            url: config.url.redacted(),
            acquire_timeout: config.acquire_timeout,
            time_limit: match engine {
                Engine::Sqlite => config.unit_of_work_timeout,
                Engine::Postgres if config.statement_timeout.is_zero() => Duration::MAX,
                Engine::Postgres => config.statement_timeout,
            },
            reader: reader(pools.readers()),
            replica_reader: reader(pools.replica_readers()),
            observer,
            pools,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Reads what is committed, on the server that commits: a caller that has just written, or that
    /// decides a write by what it reads, sees every commit here.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.inner.reader.clone()
    }

    /// Reads that may be a moment behind, for those who only look: on the replica, if
    /// `database.replica_url` names one, it answers, and is not later than
    /// `database.replica_max_lag_ms`. Otherwise the same as [`reader`](Self::reader).
    ///
    /// What is looked for by its id, and may have been made just now, is found with
    /// [`find`](Self::find).
    #[must_use]
    pub fn replica_reader(&self) -> Reader {
        self.inner.replica_reader.clone()
    }

    /// Looks for something that may have been made just now: on the replica, and again on the server
    /// that commits if it is not found there.
    ///
    /// ```no_run
    /// # use groundwork_core::{db::{Database, DbError, Reader}, error::DomainError};
    /// # #[derive(Debug, thiserror::Error)]
    /// # #[error("no such book")]
    /// # struct ShopError;
    /// # impl DomainError for ShopError {
    /// #     fn kind(&self) -> groundwork_core::error::Kind { groundwork_core::error::Kind::NotFound }
    /// #     fn code(&self) -> &'static str { "BOOK_NOT_FOUND" }
    /// # }
    /// # async fn book(rows: &Reader, id: i64) -> Result<String, ShopError> { Err(ShopError) }
    /// # async fn example(db: Database) -> Result<(), ShopError> {
    /// let title = db.find(|rows| async move { book(&rows, 7).await }).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn find<T, E, F>(&self, read: impl Fn(Reader) -> F) -> Result<T, E>
    where
        E: DomainError,
        F: Future<Output = Result<T, E>>,
    {
        let may_be_behind = self.inner.replica_reader.may_be_behind();
        match read(self.replica_reader()).await {
            Err(error) if may_be_behind && error.kind() == Kind::NotFound => {
                read(self.reader()).await
            }
            done => done,
        }
    }

    /// Begins a unit of work. On SQLite this waits for the turn to write, first come, first served.
    ///
    /// # Errors
    /// [`DbError::TimedOut`] after `database.acquire_timeout_ms`, [`DbError::Closed`] after
    /// [`close`](Self::close), [`DbError::Database`] if the connection is lost.
    pub async fn begin(&self) -> Result<UnitOfWork, DbError> {
        self.begin_with(TransactionOptions::default()).await
    }

    /// Begins a unit of work that removes rows. On SQLite, where that needs space too, it may use
    /// the space that [`keep_reserve`](Self::keep_reserve) keeps, if the disk is full.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub async fn begin_removal(&self) -> Result<UnitOfWork, DbError> {
        let Pools::Sqlite {
            writer, reserve, ..
        } = &self.inner.pools
        else {
            return self.begin().await;
        };
        if !reserve.release() {
            return self.begin().await;
        }
        if let Err(error) = writer.checkpoint().await {
            // The log grows then, as far as there is space.
            tracing::warn!(%error, "the write-ahead log could not be emptied");
        }
        let unit = self.begin().await?;
        let (writer, reserve) = (Arc::clone(writer), Arc::clone(reserve));
        tokio::spawn(async move {
            // This waits for its turn, which comes when the unit has ended.
            writer.checkpoint().await.ok();
            tokio::task::spawn_blocking(move || reserve.keep())
                .await
                .ok();
        });
        Ok(unit)
    }

    /// Keeps some megabytes of the disk beside an SQLite database, as long as it is open, in which
    /// rows can be removed when the disk is full: for a server. Elsewhere it does nothing.
    pub fn keep_reserve(&self) {
        let Pools::Sqlite { reserve, .. } = &self.inner.pools else {
            return;
        };
        let reserve = Arc::downgrade(reserve);
        tokio::spawn(async move {
            while let Some(reserve) = reserve.upgrade() {
                tokio::task::spawn_blocking(move || reserve.keep())
                    .await
                    .ok();
                tokio::time::sleep(Reserve::pause()).await;
            }
        });
    }

    /// Begins a unit of work with an isolation level and an access mode. On SQLite every unit is
    /// serializable, and one that writes begins `IMMEDIATE`, whatever the options say. A unit that
    /// only reads is a [`snapshot`](Reader::snapshot) of [`reader`](Self::reader).
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub async fn begin_with(&self, options: TransactionOptions) -> Result<UnitOfWork, DbError> {
        let inner = &self.inner;
        let isolation = options.isolation_level;
        if options.access_mode == Some(AccessMode::ReadOnly) {
            return inner.reader.snapshot_with(isolation).await;
        }
        let backend = match &inner.pools {
            Pools::Sqlite { writer, .. } => Backend::Sqlite(writer.begin().await?),
            Pools::Postgres(pools) => {
                Backend::Postgres(postgres::begin(&pools.units, isolation).await?)
            }
            Pools::RolledBack(unit) => return unit.savepoint().await.doing("beginning"),
        };
        Ok(UnitOfWork::new(Session::new(
            backend,
            inner.engine,
            inner.convention,
            inner.acquire_timeout,
            inner.observer,
        )))
    }

    /// A database whose changes are all rolled back, for tests and rehearsals: everything that is
    /// done through it happens within one unit of this database that is never committed. A unit that
    /// is begun on it is a savepoint, and its readers see what its units have stored. It ends with
    /// the last clone, or with [`close`](Self::close).
    ///
    /// It differs from a database in what only a commit brings about: a deferred constraint is never
    /// checked, a commit never fails, and its units take turns on PostgreSQL too. A read that fails
    /// on PostgreSQL outside of a unit ends all of it. On SQLite it holds the turn to write, and all
    /// of it lasts at most `database.unit_of_work_timeout_ms`.
    ///
    /// ```no_run
    /// # use groundwork_core::db::Database;
    /// # use sea_orm::ConnectionTrait;
    /// # async fn example(db: Database) -> Result<(), Box<dyn std::error::Error>> {
    /// let rehearsal = db.begin_rolled_back().await?;
    /// rehearsal.execute_unprepared("DELETE FROM scenes").await?;
    /// drop(rehearsal); // every scene is still there
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub async fn begin_rolled_back(&self) -> Result<Self, DbError> {
        let outer = &self.inner;
        let unit = Arc::new(self.begin().await?);
        let connections = reader::Connections::RolledBack(Arc::clone(&unit));
        let timeout = outer.acquire_timeout;
        let reader = Reader::new(connections, timeout, outer.convention, outer.observer);
        let inner = Inner {
            engine: outer.engine,
            convention: outer.convention,
            url: outer.url.clone(),
            acquire_timeout: timeout,
            time_limit: outer.time_limit,
            pools: Pools::RolledBack(unit),
            observer: outer.observer,
            reader: reader.clone(),
            replica_reader: reader,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// How long a unit of work may last on SQLite, a statement on PostgreSQL.
    pub(super) fn time_limit(&self) -> Duration {
        self.inner.time_limit
    }

    /// The engine beneath.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.inner.engine
    }

    /// The engine in SeaORM's words, as its own connections give it: both of its traits have a method
    /// of this name.
    #[must_use]
    pub fn get_database_backend(&self) -> DbBackend {
        self.inner.engine.backend()
    }

    /// How constraints are named here.
    #[must_use]
    pub fn convention(&self) -> &Convention {
        &self.inner.convention
    }

    /// Asks the database for a sign of life, and whether it takes changes.
    ///
    /// # Errors
    /// [`DbError::ReadOnly`] from a standby, [`DbError::Database`] if no answer comes.
    pub async fn ping(&self) -> Result<(), DbError> {
        let doing = "reaching the database";
        let Pools::Postgres(pools) = &self.inner.pools else {
            let alive = self.inner.reader.execute_unprepared("SELECT 1").await;
            return alive.map(drop).doing(doing);
        };
        let question = Statement::from_string(DbBackend::Postgres, "SELECT pg_is_in_recovery()");
        let answer = self
            .inner
            .reader
            .query_one_raw(question)
            .await
            .doing(doing)?;
        let is_standby = answer.map_or(Ok(false), |row| row.try_get_by_index(0));
        if is_standby.doing(doing)? {
            // The next connection may lead to another server.
            pools.renew();
            return Err(DbError::ReadOnly);
        }
        Ok(())
    }

    /// What is known of the replica; `None` without one.
    #[must_use]
    pub fn replica(&self) -> Option<ReplicaReport> {
        match &self.inner.pools {
            Pools::Postgres(pools) => pools.replica.as_ref().map(|replica| replica.report()),
            Pools::Sqlite { .. } | Pools::RolledBack(_) => None,
        }
    }

    /// How many connections PostgreSQL allows, if it has refused one of those that
    /// `database.max_connections` asks for.
    #[must_use]
    pub fn limits(&self) -> Option<Limits> {
        match &self.inner.pools {
            Pools::Postgres(pools) => pools.limits(),
            Pools::Sqlite { .. } | Pools::RolledBack(_) => None,
        }
    }

    /// Whether a pooler such as PgBouncer is in front of PostgreSQL. Then nothing is set for a session:
    /// each unit and each read sets its limits for itself.
    #[must_use]
    pub fn is_behind_a_pooler(&self) -> bool {
        match &self.inner.pools {
            Pools::Postgres(pools) => pools.readers.is_behind_a_pooler(),
            Pools::Sqlite { .. } | Pools::RolledBack(_) => false,
        }
    }

    /// What the database is, for people to read.
    ///
    /// # Errors
    /// [`DbError::Database`] if it does not answer.
    pub async fn describe(&self) -> Result<Description, DbError> {
        let sql = match self.inner.engine {
            Engine::Sqlite => "SELECT sqlite_version()",
            Engine::Postgres => "SELECT current_setting('server_version')",
        };
        let statement = Statement::from_string(self.inner.engine.backend(), sql);
        let answer = match self.inner.reader.query_one_raw(statement).await {
            Ok(Some(row)) => row.try_get_by_index(0),
            Ok(None) => Ok(String::new()),
            Err(error) => Err(error),
        };
        let version = answer.doing("asking for the version")?;
        Ok(Description {
            engine: self.inner.engine,
            version,
            url: self.inner.url.clone(),
        })
    }

    /// Closes all connections, for all clones: waits for the unit of work that is open, refuses
    /// those that come after it, and, on SQLite, moves the write-ahead log into the database file.
    ///
    /// # Errors
    /// [`DbError::TimedOut`] if a unit or a read stays open longer than
    /// `database.acquire_timeout_ms`; the connections close as soon as it ends.
    pub async fn close(self) -> Result<(), DbError> {
        self.inner.close().await
    }
}

impl Inner {
    /// Closes everything once the unit of work that is open has ended.
    async fn close(&self) -> Result<(), DbError> {
        let started = Instant::now();
        let closed = match &self.pools {
            Pools::Sqlite {
                writer, readers, ..
            } => sqlite::close(writer, readers).await,
            Pools::Postgres(pools) => {
                let closing = tokio::time::timeout(self.acquire_timeout, pools.close());
                closing.await.is_ok()
            }
            Pools::RolledBack(unit) => {
                unit.session.end("its database was closed");
                if let Backend::Postgres(tx) = &unit.session.backend {
                    // A connection that is broken has rolled back by itself.
                    tx.rollback().await.ok();
                }
                true
            }
        };
        if closed {
            return Ok(());
        }
        Err(DbError::TimedOut {
            waited_for: "a unit of work or a read to end".to_owned(),
            waited: started.elapsed(),
        })
    }
}

/// The file of the database, which need not exist; `None` on PostgreSQL, and if the URL says
/// something that [`Database::open`] refuses.
#[must_use]
pub fn file(config: &config::Database) -> Option<PathBuf> {
    match config.url.engine() {
        Engine::Sqlite => sqlite::path(&config.url).ok(),
        Engine::Postgres => None,
    }
}

/// Opens one connection for migrations, in the form that SeaORM's `SchemaManager` takes. It has the
/// settings of the writer; on PostgreSQL it leads to `database.migrate_url` where that is set, and
/// statements may take as long as they need, but wait for locks no longer than
/// `database.lock_timeout_ms`.
///
/// # Errors
/// As [`Database::open`].
pub async fn connect_for_migration(
    config: &config::Database,
) -> Result<DatabaseConnection, OpenError> {
    Ok(match config.url.engine() {
        Engine::Sqlite => {
            let writer = sqlite::open_for_migration(config).await?;
            SqlxSqliteConnector::from_sqlx_sqlite_pool(writer)
        }
        Engine::Postgres => {
            let pool = postgres::open_for_migration(config).await?;
            SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
        }
    })
}

/// A connection for replacing the database. On SQLite nothing is opened or created before
/// its first statement, so that it does not matter what the file holds, or whether there is one.
///
/// # Errors
/// As [`connect_for_migration`].
pub async fn connect_for_replacement(
    config: &config::Database,
) -> Result<DatabaseConnection, OpenError> {
    match config.url.engine() {
        Engine::Sqlite => {
            let unopened = sqlite::unopened(config)?;
            Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(unopened))
        }
        Engine::Postgres => connect_for_migration(config).await,
    }
}

/// Whether there may be a database: on SQLite whether its file exists; a server has to be asked by
/// connecting. Creates nothing.
///
/// # Errors
/// [`OpenError::Url`].
pub fn may_exist(config: &config::Database) -> Result<bool, OpenError> {
    match config.url.engine() {
        Engine::Sqlite => Ok(sqlite::path(&config.url)?.exists()),
        Engine::Postgres => Ok(true),
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut database = f.debug_struct("Database");
        database
            .field("url", &self.inner.url)
            .finish_non_exhaustive()
    }
}

impl Pools {
    /// The connections for reads that see every commit at once.
    fn readers(&self) -> reader::Connections {
        match self {
            Self::RolledBack(unit) => reader::Connections::RolledBack(Arc::clone(unit)),
            Self::Sqlite { readers, .. } => reader::Connections::Sqlite(Arc::clone(readers)),
            Self::Postgres(pools) => reader::Connections::Postgres(postgres::Reads {
                primary: pools.readers.clone(),
                replica: None,
            }),
        }
    }

    /// Those for reads that may be a moment behind.
    fn replica_readers(&self) -> reader::Connections {
        match self {
            Self::Sqlite { .. } | Self::RolledBack(_) => self.readers(),
            Self::Postgres(pools) => reader::Connections::Postgres(postgres::Reads {
                primary: pools.readers.clone(),
                replica: pools.replica.clone(),
            }),
        }
    }
}
