//! The server behind a URL: its hosts, which of them is wanted, and how a connection begins.
//!
//! sqlx knows one host per connection. Here the hosts are tried in turn, as libpq does
//! (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS>), beginning
//! with the one that answered last.

use std::{
    io,
    str::FromStr as _,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use sea_orm::sqlx::{self, Connection as _};
use sqlx::{ConnectOptions as _, PgConnection, postgres::PgConnectOptions};

use super::{
    refused::Destination,
    scope::{self, KnownScope, Scope},
};
use crate::{
    config::{self, DatabaseUrl, SessionAttributes},
    db::{
        failure,
        open_error::{self, OpenError},
    },
};

/// What the server shows for our connections in `pg_stat_activity`.
const APPLICATION_NAME: &str = "groundwork";

/// Which key of the configuration names a server, and what its connections are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Units of work.
    Units,
    /// Reads that see every commit.
    Reads,
    /// Reads that may be a moment behind.
    Replica,
    /// The one connection of a migration.
    Migration,
}

/// Which hosts of a URL are good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// The first that answers.
    Any,
    /// One that takes changes.
    ReadWrite,
    /// One that is not a standby.
    Primary,
    /// One that takes no changes.
    Standby,
}

/// A server that connections can be made to.
#[derive(Debug)]
pub(super) struct Server {
    /// At least one, each with the settings that a connection begins with.
    hosts: Vec<PgConnectOptions>,
    /// The same hosts, for a pooler that takes no settings.
    pooled: Vec<PgConnectOptions>,
    scope: KnownScope,
    /// What a transaction sets for itself in [`Scope::Transaction`].
    limits: String,
    wanted: Wanted,
    /// The host that answered last.
    last: AtomicUsize,
    purpose: Purpose,
    /// The key of the configuration that names it.
    key: &'static str,
    /// The URL without its password.
    url: String,
}

impl Purpose {
    fn key(self, config: &config::Database) -> &'static str {
        match self {
            Self::Replica => "database.replica_url",
            Self::Migration if config.migrate_url.is_some() => "database.migrate_url",
            Self::Units | Self::Reads | Self::Migration => "database.url",
        }
    }

    /// How every connection is named and logged.
    fn known(self, config: &config::Database, options: PgConnectOptions) -> PgConnectOptions {
        let options = options.application_name(APPLICATION_NAME);
        match self {
            Self::Migration => options
                .log_statements(log::LevelFilter::Trace)
                .log_slow_statements(log::LevelFilter::Warn, config.slow_statement),
            Self::Units | Self::Reads | Self::Replica => options.disable_statement_logging(),
        }
    }

    /// How long a statement waits for a lock, and how long it may run.
    fn limits(self, config: &config::Database) -> [(&'static str, u128); 2] {
        let statement = match self {
            Self::Migration => 0,
            Self::Units | Self::Reads | Self::Replica => config.statement_timeout.as_millis(),
        };
        [
            ("lock_timeout", config.lock_timeout.as_millis()),
            ("statement_timeout", statement),
        ]
    }

    /// The settings that a connection begins with.
    fn settings(self, config: &config::Database, options: PgConnectOptions) -> PgConnectOptions {
        let options = options.options(self.limits(config));
        match self {
            Self::Reads | Self::Replica => {
                options.options([("default_transaction_read_only", "on")])
            }
            Self::Units | Self::Migration => options,
        }
    }
}

impl Server {
    /// The server of a URL. Nothing is connected yet.
    pub(super) fn new(
        config: &config::Database,
        url: &DatabaseUrl,
        purpose: Purpose,
    ) -> Result<Self, OpenError> {
        let wrong = |problem: String| OpenError::Url {
            url: url.redacted(),
            problem,
        };
        let parsed = url.hosts().map(|host| {
            let options = PgConnectOptions::from_str(&host);
            let options = options.map_err(|error| wrong(open_error::not_right(&error)))?;
            Ok(purpose.known(config, options))
        });
        let known = parsed.collect::<Result<Vec<_>, OpenError>>()?;
        let settings = |host: &PgConnectOptions| purpose.settings(config, host.clone());
        let hosts: Vec<_> = known.iter().map(settings).collect();
        let limits = purpose.limits(config);
        let wanted = match url.session_attributes() {
            SessionAttributes::Any => Wanted::Any,
            SessionAttributes::ReadWrite if purpose == Purpose::Reads => Wanted::Primary,
            SessionAttributes::ReadWrite => Wanted::ReadWrite,
            SessionAttributes::Primary => Wanted::Primary,
            SessionAttributes::Standby => Wanted::Standby,
            // Of several hosts only one takes what this program writes.
            SessionAttributes::Unsaid if hosts.len() == 1 || purpose == Purpose::Replica => {
                Wanted::Any
            }
            SessionAttributes::Unsaid => Wanted::Primary,
        };
        Ok(Self {
            hosts,
            // PostgreSQL 12 and later give every digit unasked.
            pooled: (known.into_iter())
                .map(|host| host.extra_float_digits(None))
                .collect(),
            scope: KnownScope::default(),
            limits: limits
                .map(|(name, value)| format!("; SET LOCAL {name} = {value}"))
                .concat(),
            wanted,
            last: AtomicUsize::new(0),
            purpose,
            key: purpose.key(config),
            url: url.redacted(),
        })
    }

    /// Where the limits of its connections are set. Known once one was made.
    pub(super) fn scope(&self) -> Scope {
        self.scope.get().unwrap_or(Scope::Session)
    }

    /// The text that begins a transaction with its limits.
    pub(super) fn beginning(&self, statement: &str) -> String {
        match self.scope() {
            Scope::Session => statement.to_owned(),
            Scope::Transaction => format!("{statement}{}", self.limits),
        }
    }

    /// What its connections are for.
    pub(super) fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Connects to the first host that answers and is wanted.
    pub(super) async fn connect(&self, within: Duration) -> Result<PgConnection, sqlx::Error> {
        let connected = self.try_all(within).await;
        connected
            .map(|(_, connection)| connection)
            .map_err(|failed| failed.source)
    }

    /// Connects once and at once, and gives the options of the host that answered: a pool would try
    /// again for a while and then only say that it took too long.
    pub(super) async fn greet(&self, within: Duration) -> Result<&PgConnectOptions, OpenError> {
        match self.try_all(within).await {
            Ok((host, connection)) => {
                // It has served its purpose; the server notices either way.
                let _ = connection.close().await;
                Ok(match self.scope() {
                    Scope::Session => &self.hosts[host],
                    Scope::Transaction => &self.pooled[host],
                })
            }
            Err(Failed { host, source }) => {
                let destination = Destination {
                    options: &self.hosts[host],
                    key: self.key,
                    url: self.url.clone(),
                };
                Err(destination.refused(source).await)
            }
        }
    }

    async fn try_all(&self, within: Duration) -> Result<(usize, PgConnection), Failed> {
        let count = self.hosts.len();
        let first = self.last.load(Ordering::Relaxed);
        let each = within / u32::try_from(count).unwrap_or(u32::MAX).max(1);
        let mut failed = None;
        for host in (0..count).map(|turn| (first + turn) % count) {
            let source = match tokio::time::timeout(each, self.try_one(host)).await {
                Ok(Ok(connection)) => {
                    self.last.store(host, Ordering::Relaxed);
                    return Ok((host, connection));
                }
                Ok(Err(source)) => source,
                Err(_) => sqlx::Error::Io(io::ErrorKind::TimedOut.into()),
            };
            // A host that answers with a reason says more than one that is not there.
            let says_more =
                |known: &Failed| failure::is_lost(&known.source) && !failure::is_lost(&source);
            if failed.as_ref().is_none_or(says_more) {
                failed = Some(Failed { host, source });
            }
        }
        Err(failed.unwrap_or(Failed {
            host: 0,
            source: sqlx::Error::PoolClosed,
        }))
    }

    async fn try_one(&self, host: usize) -> Result<PgConnection, sqlx::Error> {
        let mut connection = self.establish(host).await?;
        let (question, refusal) = match self.wanted {
            Wanted::Any => return Ok(connection),
            Wanted::ReadWrite => (
                "SELECT NOT (pg_is_in_recovery() OR current_setting('transaction_read_only')::bool)",
                "it takes no changes",
            ),
            Wanted::Primary => ("SELECT NOT pg_is_in_recovery()", "it is a standby"),
            Wanted::Standby => ("SELECT pg_is_in_recovery()", "it is not a standby"),
        };
        let row = sqlx::Executor::fetch_one(&mut connection, sqlx::raw_sql(question)).await?;
        if sqlx::Row::try_get::<bool, _>(&row, 0)? {
            return Ok(connection);
        }
        let _ = connection.close().await;
        let refusal = io::Error::new(io::ErrorKind::NotConnected, refusal);
        Err(sqlx::Error::Io(refusal))
    }
}

impl Server {
    /// Connects with the settings that a connection begins with. Where a pooler refuses them, or
    /// passes them over, each transaction sets its own.
    async fn establish(&self, host: usize) -> Result<PgConnection, sqlx::Error> {
        if self.scope() == Scope::Session {
            match PgConnection::connect_with(&self.hosts[host]).await {
                Ok(mut connection) => {
                    if self.scope.get().is_none() {
                        self.scope.set(Scope::of(&mut connection).await?);
                    }
                    return Ok(connection);
                }
                Err(error) if scope::is_refused_by_a_pooler(&error) => {
                    self.scope.set(Scope::Transaction);
                }
                Err(error) => return Err(error),
            }
        }
        PgConnection::connect_with(&self.pooled[host]).await
    }
}

struct Failed {
    host: usize,
    source: sqlx::Error,
}
