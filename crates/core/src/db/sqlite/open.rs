//! SQLite: the file, the one writer and the readers.
//!
//! - *Write-ahead log* (<https://www.sqlite.org/wal.html>): readers see the last commit and are
//!   never held up by the writer.
//! - *`synchronous=FULL`* (<https://www.sqlite.org/pragma.html#pragma_synchronous>): in this mode
//!   every commit syncs the log, so that what was acknowledged survives a power cut; `NORMAL` would
//!   not promise that.
//! - *One writer*, because SQLite has one anyway: its busy handler wakes waiters in no order
//!   (seconds at the 99th percentile), a queue in front of one connection is fair. Transactions
//!   begin `IMMEDIATE`, so that one that reads before it writes is not refused later
//!   (SQLITE_BUSY_SNAPSHOT).
//! - *`recursive_triggers=ON`*: otherwise `INSERT OR REPLACE` removes rows without their delete
//!   triggers (<https://www.sqlite.org/lang_conflict.html>).
//! - Settings belong to a connection, so they are part of the options that every connection of a
//!   pool is opened with. Neither pool closes connections by age.

use std::{
    fs::OpenOptions,
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use backon::Retryable;
use sea_orm::sqlx;
use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    checkpoint::{let_go_of_the_log, pauses},
    close::close_when_replaced,
    opened_file::OpenedFile,
    readers::Readers,
    reserve::Reserve,
    wal_monitor,
    writer::Writer,
};
use crate::{
    config,
    db::{
        failure,
        open_error::{self, OpenError},
    },
    folder,
};

/// How many statements the writer keeps prepared. Each counts once for every way in which a unit
/// enters its group with it.
const WRITER_STATEMENTS: usize = 500;

/// How many rows of a read the engine may be ahead of the caller.
const ROWS_AHEAD: usize = 512;

/// The size in bytes that the write-ahead log is cut to once all of it is in the database file.
const JOURNAL_SIZE_LIMIT: &str = "67108864";

/// The writer and the readers.
pub(in crate::db) struct Pools {
    pub(in crate::db) writer: Arc<Writer>,
    pub(in crate::db) readers: Arc<Readers>,
    pub(in crate::db) reserve: Arc<Reserve>,
}

/// Opens the database, and creates it when it is missing.
pub(in crate::db) async fn open(config: &config::Database) -> Result<Pools, OpenError> {
    let options = prepare(config)?
        .disable_statement_logging()
        .statement_cache_capacity(WRITER_STATEMENTS)
        .pragma("journal_size_limit", JOURNAL_SIZE_LIMIT);
    let (acquire_timeout, unit_of_work_timeout) =
        (config.acquire_timeout, config.unit_of_work_timeout);
    let path = path(&config.url)?;
    let gone = || OpenError::NotWritable {
        path: path.clone(),
        source: io::ErrorKind::NotFound.into(),
    };
    let file = Arc::new(OpenedFile::at(&path).ok_or_else(gone)?);
    let open = || {
        let file = Arc::clone(&file);
        Writer::open(options.clone(), file, acquire_timeout, unit_of_work_timeout)
    };
    let writer = waiting_for_the_lock(config, open).await?;
    let asked = match writer.connection().await {
        Ok(connection) => journal_mode(&mut *connection.lock().await).await,
        Err(error) => Err(error),
    };
    require_write_ahead_log(config, asked)?;
    // After the writer: a read-only connection cannot create the shared memory of the log.
    let options = self::options(config)?
        .disable_statement_logging()
        .read_only(true)
        .row_buffer_size(ROWS_AHEAD)
        .pragma("query_only", "ON");
    let (most, statement_timeout) = (config.readers, config.statement_timeout);
    let open = || {
        Readers::open(
            options.clone(),
            Arc::clone(&file),
            most,
            acquire_timeout,
            statement_timeout,
            unit_of_work_timeout,
        )
    };
    let readers = waiting_for_the_lock(config, open).await?;
    tokio::spawn(wal_monitor::monitor(
        Arc::downgrade(&writer),
        Arc::downgrade(&readers),
        file.log_path().to_owned(),
    ));
    tokio::spawn(close_when_replaced(
        Arc::downgrade(&file),
        Arc::downgrade(&writer),
        Arc::downgrade(&readers),
    ));
    let reserve = Arc::new(Reserve::beside(&path));
    Ok(Pools {
        writer,
        readers,
        reserve,
    })
}

/// Opens a pool of one connection that writes, for migrations.
pub(in crate::db) async fn open_for_migration(
    config: &config::Database,
) -> Result<SqlitePool, OpenError> {
    let options = prepare(config)?;
    let pool = SqlitePoolOptions::new()
        .min_connections(1)
        .max_connections(1)
        .after_release(|connection, _| {
            Box::pin(async move {
                // The rollback of a dropped transaction is only queued: let it finish first. What is
                // still inside a transaction then was ended by SQLite itself, and is replaced.
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        });
    let pool = connect(config, pool, options).await?;
    let asked = match pool.acquire().await {
        Ok(mut connection) => journal_mode(&mut connection).await,
        Err(error) => Err(error),
    };
    require_write_ahead_log(config, asked)?;
    Ok(pool)
}

/// Makes the file and its folder where they are missing. The options are those of a connection that
/// writes.
fn prepare(config: &config::Database) -> Result<SqliteConnectOptions, OpenError> {
    prepare_folder(&config.url)?;
    prepare_file(&path(&config.url)?)?;
    Ok(options(config)?.journal_mode(SqliteJournalMode::Wal))
}

/// A connection that opens and creates nothing before its first statement.
pub(in crate::db) fn unopened(config: &config::Database) -> Result<SqlitePool, OpenError> {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None);
    Ok(pool.connect_lazy_with(options(config)?))
}

/// Makes the folder of the database, for this user only; returns the path of the database.
pub(in crate::db) fn prepare_folder(url: &config::DatabaseUrl) -> Result<PathBuf, OpenError> {
    let path = path(url)?;
    let folder = folder::parent(&path);
    folder::create_durably(folder).map_err(|source| OpenError::Folder {
        path: folder.to_owned(),
        source,
    })?;
    require_writable(folder)?;
    Ok(path)
}

/// Creates the file, for this user only; SQLite gives the log the same permissions.
///
/// An existing file is never opened here: closing it again would drop the locks that SQLite holds
/// on it for this process (<https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_>).
/// The mutex keeps another thread from opening the new one before it is closed.
fn prepare_file(path: &Path) -> Result<(), OpenError> {
    static CREATING: Mutex<()> = Mutex::new(());
    let _creating = CREATING.lock().unwrap_or_else(PoisonError::into_inner);
    let new = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match new {
        // SQLite flushes the folder for files that it makes itself.
        Ok(_) => folder::flush(folder::parent(path)).map_err(|source| OpenError::NotWritable {
            path: path.to_owned(),
            source,
        }),
        Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {
            if path.exists() && !path.is_file() {
                let path = path.to_owned();
                return Err(OpenError::NotAFile { path });
            }
            require_writable(path)
        }
        Err(source) => Err(OpenError::NotWritable {
            path: path.to_owned(),
            source,
        }),
    }
}

fn require_writable(path: &Path) -> Result<(), OpenError> {
    let access = rustix::fs::access(path, rustix::fs::Access::WRITE_OK);
    access.map_err(|source| OpenError::NotWritable {
        path: path.to_owned(),
        source: source.into(),
    })
}

/// The settings of every connection.
fn options(config: &config::Database) -> Result<SqliteConnectOptions, OpenError> {
    Ok(parse(&config.url)?
        .create_if_missing(false)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(config.busy_timeout)
        .pragma("recursive_triggers", "ON")
        .log_statements(log::LevelFilter::Trace)
        .log_slow_statements(log::LevelFilter::Warn, config.slow_statement))
}

pub(in crate::db) fn path(url: &config::DatabaseUrl) -> Result<PathBuf, OpenError> {
    Ok(parse(url)?.get_filename().to_owned())
}

fn parse(url: &config::DatabaseUrl) -> Result<SqliteConnectOptions, OpenError> {
    let wrong = |problem: String| OpenError::Url {
        url: url.redacted(),
        problem,
    };
    let text = url.expose();
    let parameters = text
        .split_once('?')
        .map_or("", |(_, parameters)| parameters);
    if text.contains(":memory:") || parameters.contains("mode=memory") {
        return Err(wrong(
            "names a database in memory, which stores nothing; name a file, as in \
             sqlite://var/groundwork.db"
                .to_owned(),
        ));
    }
    if parameters.contains("mode=ro") || parameters.contains("immutable") {
        return Err(wrong(
            "asks for a database that is only read; leave the parameter out".to_owned(),
        ));
    }
    SqliteConnectOptions::from_str(text).map_err(|error| wrong(open_error::not_right(&error)))
}

/// Opens a pool.
async fn connect(
    config: &config::Database,
    pool: SqlitePoolOptions,
    options: SqliteConnectOptions,
) -> Result<SqlitePool, OpenError> {
    let pool = pool
        .acquire_timeout(config.acquire_timeout)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false);
    let open = || pool.clone().connect_with(options.clone());
    waiting_for_the_lock(config, open).await
}

/// Another process may hold the lock while it creates, recovers or leaves the database: that is
/// waited for.
async fn waiting_for_the_lock<T, F>(
    config: &config::Database,
    open: impl Fn() -> F,
) -> Result<T, OpenError>
where
    F: Future<Output = Result<T, sqlx::Error>>,
{
    let started = Instant::now();
    let path = path(&config.url)?;
    let opened = open
        .retry(pauses())
        .when(|error| failure::is_busy(error) && started.elapsed() < config.acquire_timeout)
        .await;
    opened.map_err(|source| {
        open_error::of_sqlite(path, config.url.redacted(), started.elapsed(), source)
    })
}

/// How the database writes.
async fn journal_mode(connection: &mut SqliteConnection) -> Result<String, sqlx::Error> {
    let mode = sqlx::query_scalar("PRAGMA journal_mode");
    let mode = mode.fetch_one(&mut *connection).await?;
    let_go_of_the_log(connection).await?;
    Ok(mode)
}

/// SQLite keeps another journal mode in silence where it cannot use a write-ahead log.
fn require_write_ahead_log(
    config: &config::Database,
    mode: Result<String, sqlx::Error>,
) -> Result<(), OpenError> {
    let path = path(&config.url)?;
    match mode {
        Ok(mode) if mode == "wal" => Ok(()),
        Ok(mode) => Err(OpenError::NoWriteAheadLog { path, mode }),
        Err(source) => Err(open_error::of_sqlite(
            path,
            config.url.redacted(),
            Duration::ZERO,
            source,
        )),
    }
}
