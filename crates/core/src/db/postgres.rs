//! PostgreSQL: a pool for units of work and a pool for reads.
//!
//! Settings are sent when a connection starts, so that every connection has them
//! (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-OPTIONS>). TLS is what
//! `sslmode` in the URL says. A connection that was idle for [`PING_AFTER`] is asked for a sign of
//! life before it is used: firewalls and restarts drop connections without a word.
//!
//! Readers are connections of their own with `default_transaction_read_only`, on the replica when
//! there is one. Without a replica, both pools share `database.max_connections`,
//! at least one connection each.

use std::{io, str::FromStr, time::Duration};

use sea_orm::sqlx;
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{OpenError, failure, open_error};
use crate::config::{self, DatabaseUrl};

/// How long a connection may be idle and still be used unasked.
const PING_AFTER: Duration = Duration::from_secs(15);

/// What the server shows for our connections in `pg_stat_activity`.
const APPLICATION_NAME: &str = "groundwork";

/// The connections for units of work, and those for reads.
pub(super) struct Pools {
    pub(super) units: PgPool,
    pub(super) readers: PgPool,
}

/// Opens both pools, after one connection to each server has shown that it answers.
pub(super) async fn open(config: &config::Database) -> Result<Pools, OpenError> {
    let all = config.max_connections;
    let (units, reads) = match &config.replica_url {
        Some(replica) => (all, (all, replica, "database.replica_url")),
        None => {
            let reads = (all / 2).max(1);
            (
                all.saturating_sub(reads).max(1),
                (reads, &config.url, "database.url"),
            )
        }
    };
    let options = options(config, &config.url)?
        .options([("statement_timeout", config.statement_timeout.as_millis())]);
    let units = connect(config, units, options, "database.url").await?;
    let (most, url, key) = reads;
    let options = self::options(config, url)?
        .options([("statement_timeout", config.statement_timeout.as_millis())])
        .options([("default_transaction_read_only", "on")]);
    let readers = connect(config, most, options, key).await?;
    Ok(Pools { units, readers })
}

/// Opens the one connection of a migration. Its statements may take as long as they need, but wait
/// for locks no longer than others do: whoever comes after a waiting one waits too.
pub(super) async fn open_for_migration(config: &config::Database) -> Result<PgPool, OpenError> {
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
    let pool = PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(config.acquire_timeout)
        .max_lifetime(config.max_lifetime)
        .test_before_acquire(false)
        .before_acquire(|connection, idle| {
            Box::pin(async move {
                if idle.idle_for >= PING_AFTER {
                    connection.ping().await?;
                }
                Ok(true)
            })
        });
    Ok(pool.connect_lazy_with(options))
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
    if let Some(said) = failure::postgres(&source) {
        match said.code() {
            "28P01" | "28000" => {
                return OpenError::Refused {
                    server,
                    user: options.get_username().to_owned(),
                    key,
                    reason: said.message().to_owned(),
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
