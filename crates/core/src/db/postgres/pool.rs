//! PostgreSQL: a pool for units of work and a pool for reads.
//!
//! Settings are sent when a connection starts, so that every connection has them
//! (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-OPTIONS>). TLS is what
//! `sslmode` in the URL says. A connection that was idle for [`PING_AFTER`] is asked for a sign of
//! life before it is used: firewalls and restarts drop connections without a word.
//!
//! Readers are connections of their own with `default_transaction_read_only`; they share
//! `database.max_connections` with the units, at least one connection each. A replica has as many
//! connections again, and the reads that may be a moment behind.
//!
//! A server that restarts, or a firewall that forgets, breaks connections that the pool still takes
//! for sound. A unit that cannot even begin for that reason begins again on another connection, and
//! a read is repeated ([`Attempts`]): neither has changed anything.

use std::{
    io,
    str::FromStr,
    time::{Duration, Instant},
};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use sea_orm::{DbErr, IsolationLevel, sqlx};
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::transaction::Transaction;
use crate::{
    config::{self, DatabaseUrl},
    db::{
        error::DbError,
        failure,
        open_error::{self, OpenError},
    },
};

/// How long a connection may be idle and still be used unasked.
const PING_AFTER: Duration = Duration::from_secs(1);

/// What the server shows for our connections in `pg_stat_activity`.
const APPLICATION_NAME: &str = "groundwork";

/// The connections for units of work, and those for reads.
pub(in crate::db) struct Pools {
    pub(in crate::db) units: PgPool,
    /// On the replica, when there is one.
    pub(in crate::db) readers: PgPool,
    /// On the server that takes the units; without a replica the same pool.
    pub(in crate::db) fresh_readers: PgPool,
    has_replica: bool,
}

impl Pools {
    /// Each pool of readers, once.
    pub(in crate::db) fn of_readers(&self) -> impl Iterator<Item = &PgPool> {
        let replica = self.has_replica.then_some(&self.readers);
        [&self.fresh_readers].into_iter().chain(replica)
    }

    /// Waits for what is open, and closes all connections.
    pub(in crate::db) async fn close(&self) {
        tokio::join!(
            self.units.close(),
            self.readers.close(),
            self.fresh_readers.close()
        );
    }
}

/// Begins a transaction that changes rows; `None` leaves the isolation to the server's settings.
pub(in crate::db) async fn begin(
    pool: &PgPool,
    isolation: Option<IsolationLevel>,
) -> Result<Transaction, DbError> {
    match isolation {
        None => begin_by(pool, "BEGIN").await,
        Some(level) => begin_by(pool, &format!("BEGIN ISOLATION LEVEL {level}")).await,
    }
}

/// Begins a transaction that reads one state throughout, unless `isolation` asks for less.
pub(in crate::db) async fn begin_snapshot(
    pool: &PgPool,
    isolation: Option<IsolationLevel>,
) -> Result<Transaction, DbError> {
    let level = isolation.unwrap_or(IsolationLevel::RepeatableRead);
    begin_by(pool, &format!("BEGIN ISOLATION LEVEL {level} READ ONLY")).await
}

async fn begin_by(pool: &PgPool, statement: &str) -> Result<Transaction, DbError> {
    let mut attempts = Attempts::new(pool.options().get_acquire_timeout());
    loop {
        let begun = Transaction::begin(pool, statement).await;
        match attempts.pause_after(&begun) {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return begun.map_err(|source| not_begun(source, attempts.started)),
        }
    }
}

fn not_begun(source: DbErr, started: Instant) -> DbError {
    let waited_for = "a connection to PostgreSQL: all are in use, or it does not answer";
    DbError::not_begun(source, waited_for, started)
}

/// Repeats what has changed nothing, while connections turn out to be broken or the engine refuses
/// for reasons of timing.
pub(in crate::db) struct Attempts {
    started: Instant,
    acquire_timeout: Duration,
    pauses: ExponentialBackoff,
}

impl Attempts {
    pub(in crate::db) fn new(acquire_timeout: Duration) -> Self {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(1))
            .with_max_delay(Duration::from_millis(100))
            .without_max_times()
            .with_jitter();
        Self {
            started: Instant::now(),
            acquire_timeout,
            pauses: pauses.build(),
        }
    }

    /// How long to wait before the next attempt; `None` if this was the last one.
    pub(in crate::db) fn pause_after<T>(&mut self, result: &Result<T, DbErr>) -> Option<Duration> {
        let error = result.as_ref().err()?;
        let is_lost = failure::driver_error(error).is_some_and(|error| failure::is_lost(error));
        let is_worth_it = is_lost || failure::is_retryable(error);
        let pause = self.pauses.next().filter(|_| is_worth_it)?;
        (self.started.elapsed() + pause < self.acquire_timeout).then_some(pause)
    }
}

/// Opens both pools, after one connection to each server has shown that it answers.
pub(in crate::db) async fn open(config: &config::Database) -> Result<Pools, OpenError> {
    let all = config.max_connections;
    let reads = (all / 2).max(1);
    let options = options(config, &config.url)?
        .disable_statement_logging()
        .options([("statement_timeout", config.statement_timeout.as_millis())]);
    let most = all.saturating_sub(reads).max(1);
    let units = connect(config, most, options, "database.url").await?;
    let fresh_readers = open_readers(config, reads, &config.url, "database.url").await?;
    let readers = match &config.replica_url {
        Some(replica) => open_readers(config, all, replica, "database.replica_url").await?,
        None => fresh_readers.clone(),
    };
    Ok(Pools {
        units,
        readers,
        fresh_readers,
        has_replica: config.replica_url.is_some(),
    })
}

async fn open_readers(
    config: &config::Database,
    most: u32,
    url: &DatabaseUrl,
    key: &'static str,
) -> Result<PgPool, OpenError> {
    let options = options(config, url)?
        .disable_statement_logging()
        .options([("statement_timeout", config.statement_timeout.as_millis())])
        .options([("default_transaction_read_only", "on")]);
    connect(config, most, options, key).await
}

/// Opens the one connection of a migration. Its statements may take as long as they need, but wait
/// for locks no longer than others do: every statement that comes after a waiting one waits too.
pub(in crate::db) async fn open_for_migration(
    config: &config::Database,
) -> Result<PgPool, OpenError> {
    let options = options(config, &config.url)?.options([("statement_timeout", 0)]);
    connect(config, 1, options, "database.url").await
}

/// The settings of every connection.
fn options(config: &config::Database, url: &DatabaseUrl) -> Result<PgConnectOptions, OpenError> {
    let options = PgConnectOptions::from_str(url.expose());
    let options = options.map_err(|error| OpenError::Url {
        url: url.redacted(),
        problem: open_error::not_right(&error),
    })?;
    Ok(options
        .application_name(APPLICATION_NAME)
        .options([("lock_timeout", config.lock_timeout.as_millis())])
        .log_statements(log::LevelFilter::Trace)
        .log_slow_statements(log::LevelFilter::Warn, config.slow_statement))
}

async fn connect(
    config: &config::Database,
    most: u32,
    options: PgConnectOptions,
    key: &'static str,
) -> Result<PgPool, OpenError> {
    greet(config, &options, key).await?;
    Ok(pool(config, most).connect_lazy_with(options))
}

fn pool(config: &config::Database, most: u32) -> PgPoolOptions {
    let max_lifetime = config.max_lifetime;
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(config.acquire_timeout)
        // With either, sqlx starts a task that may never stop spinning
        // (docs/design/014-no-maintenance-of-pools.md).
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .before_acquire(move |connection, state| {
            Box::pin(async move {
                if state.age >= max_lifetime {
                    return Ok(false);
                }
                if state.idle_for >= PING_AFTER {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

/// Connects once and at once: a pool would try again for a while and then only say that it took
/// too long.
async fn greet(
    config: &config::Database,
    options: &PgConnectOptions,
    key: &'static str,
) -> Result<(), OpenError> {
    let connecting = PgConnection::connect_with(options);
    let connected = match tokio::time::timeout(config.acquire_timeout, connecting).await {
        Ok(connected) => connected,
        Err(_) => Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())),
    };
    match connected {
        Ok(connection) => {
            // It has served its purpose; the server notices either way.
            let _ = connection.close().await;
            Ok(())
        }
        Err(source) => Err(refused(config, options, key, source)),
    }
}

fn refused(
    config: &config::Database,
    options: &PgConnectOptions,
    key: &'static str,
    source: sqlx::Error,
) -> OpenError {
    let server = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    if let Some(error) = failure::postgres(&source) {
        match error.code() {
            "28P01" | "28000" => {
                return OpenError::Refused {
                    server,
                    user: options.get_username().to_owned(),
                    key,
                    reason: error.message().to_owned(),
                };
            }
            "3D000" => {
                let database = options.get_database().unwrap_or(options.get_username());
                return OpenError::NoSuchDatabase {
                    server,
                    database: database.to_owned(),
                    key,
                };
            }
            _ => {}
        }
    }
    match source {
        sqlx::Error::Io(source) => OpenError::Unreachable {
            server,
            key,
            source,
        },
        source => OpenError::Other {
            url: config.url.redacted(),
            source,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// See `docs/design/014-no-maintenance-of-pools.md`.
    #[test]
    fn no_pool_starts_a_task_that_looks_after_it() {
        let sources = config::Sources::new(config::Namespace::new("test"));
        let loaded = config::load::<()>(&sources).unwrap();
        let pool = pool(&loaded.config.database, 4);
        assert_eq!(
            (pool.get_idle_timeout(), pool.get_max_lifetime()),
            (None, None)
        );
    }
}
