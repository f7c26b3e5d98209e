//! Why a database cannot be opened, and what to do about it.

use std::{io, path::PathBuf, time::Duration};

use sea_orm::sqlx;

use super::failure;
use crate::error::{DomainError, Kind};

/// Why a database cannot be opened. The text says what to do, and never holds a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL says something that this program cannot do.
    #[error("database.url {url} {problem}")]
    Url {
        /// The URL without its password.
        url: String,
        /// What is wrong with it, as the end of a sentence.
        problem: String,
    },
    /// The folder of the database file does not exist and cannot be made.
    #[error(
        "cannot create the folder {} for the database: {source}; create it, or name another place \
         in database.url",
        path.display()
    )]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file or its folder cannot be written. SQLite needs to write to both.
    #[error(
        "cannot write {}: {source}; make it writable for this user, or name another place in \
         database.url",
        path.display()
    )]
    NotWritable {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The path leads to something else than a file.
    #[error("{} is not a file; database.url must name a file", path.display())]
    NotAFile {
        /// What the URL leads to.
        path: PathBuf,
    },
    /// The file holds something else than a SQLite database, or is damaged.
    #[error(
        "{} is not a SQLite database, or is damaged; it was not touched: name another file in \
         database.url, or restore a backup",
        path.display()
    )]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// SQLite's own words.
        source: sqlx::Error,
    },
    /// The folder is on a filesystem that cannot hold a write-ahead log.
    #[error(
        "SQLite uses the journal mode {mode} for {}, not a write-ahead log: its filesystem lacks \
         shared memory, as network filesystems do; name a place on a local disk in database.url",
        path.display()
    )]
    NoWriteAheadLog {
        /// The file.
        path: PathBuf,
        /// The journal mode that SQLite uses instead.
        mode: String,
    },
    /// Another process kept the database locked all the time.
    #[error(
        "another process keeps {} locked; gave up after {} ms (database.acquire_timeout_ms, or --wait \
         of migrate)",
        path.display(),
        waited.as_millis()
    )]
    Locked {
        /// The file.
        path: PathBuf,
        /// How long the wait was.
        waited: Duration,
    },
    /// Another server serves this database.
    #[error(
        "{} is served by {by} already; stop that one, or name another file in database.url",
        database.display()
    )]
    Served {
        /// The file.
        database: PathBuf,
        /// What is known of the other server.
        by: String,
    },
    /// The server does not answer.
    #[error(
        "cannot reach PostgreSQL at {server}: {source}; is it running, and are host and port in \
         {key} right?"
    )]
    Unreachable {
        /// Host and port, or the socket.
        server: String,
        /// The key that names the server.
        key: &'static str,
        /// What happened instead.
        source: io::Error,
    },
    /// The server does not let this user in.
    #[error(
        "PostgreSQL at {server} refuses the user {user}: {reason}; check user and password in {key}"
    )]
    Refused {
        /// Host and port, or the socket.
        server: String,
        /// The user.
        user: String,
        /// The key that names the user.
        key: &'static str,
        /// The server's own words.
        reason: String,
    },
    /// The server does not let this user in from here.
    #[error(
        "PostgreSQL at {server} does not let the user {user} in: {reason}; create the role, or let it \
         in from this machine (pg_hba.conf), or name another user in {key}"
    )]
    NotAllowed {
        /// Host and port, or the socket.
        server: String,
        /// The user.
        user: String,
        /// The key that names the user.
        key: &'static str,
        /// The server's own words.
        reason: String,
    },
    /// The server, the database or the role has as many connections as it may.
    #[error(
        "PostgreSQL at {server} takes no more connections: {reason}; end some of them, raise its \
         limit (max_connections, or CONNECTION LIMIT of the role or database in {key}), or lower \
         database.max_connections of the programs that use it"
    )]
    Full {
        /// Host and port, or the socket.
        server: String,
        /// The key that names the server.
        key: &'static str,
        /// The server's own words.
        reason: String,
    },
    /// The connection cannot be made private.
    #[error(
        "TLS with PostgreSQL at {server} failed: {reason}; check the server's certificate, and \
         sslmode and sslrootcert in {key}"
    )]
    Tls {
        /// Host and port.
        server: String,
        /// The key that says how the connection is made private.
        key: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The name of the server leads nowhere.
    #[error(
        "no address is known for the host {host:?} in {key}: {source}; check its spelling and DNS"
    )]
    UnknownHost {
        /// The host.
        host: String,
        /// The key that names it.
        key: &'static str,
        /// The resolver's own words.
        source: io::Error,
    },
    /// The server has no such database.
    #[error(
        "PostgreSQL at {server} has no database {database:?}; create it (createdb), or name \
         another one in {key}"
    )]
    NoSuchDatabase {
        /// Host and port, or the socket.
        server: String,
        /// The database.
        database: String,
        /// The key that names the database.
        key: &'static str,
    },
    /// Anything else.
    #[error("cannot open the database {url}: {source}")]
    Other {
        /// The URL without its password.
        url: String,
        /// The engine's own words.
        source: sqlx::Error,
    },
}

impl DomainError for OpenError {
    fn kind(&self) -> Kind {
        match self {
            Self::Locked { .. } => Kind::Conflict,
            _ => Kind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Served { .. } => "DATABASE_IN_USE",
            _ => "DATABASE_UNAVAILABLE",
        }
    }
}

/// SQLite's primary result codes that say why a file cannot be opened.
pub(super) fn of_sqlite(
    path: PathBuf,
    url: String,
    waited: Duration,
    source: sqlx::Error,
) -> OpenError {
    const READ_ONLY: i32 = 8;
    const CORRUPT: i32 = 11;
    const CANNOT_OPEN: i32 = 14;
    const NO_DATABASE: i32 = 26;
    match failure::sqlite(&source).map(|(code, _)| code & 0xff) {
        Some(NO_DATABASE | CORRUPT) => OpenError::NotADatabase { path, source },
        Some(READ_ONLY | CANNOT_OPEN) => OpenError::NotWritable {
            path,
            source: io::Error::other(source),
        },
        // Nothing else keeps a first connection from being opened in time.
        _ if failure::is_busy(&source) || matches!(source, sqlx::Error::PoolTimedOut) => {
            OpenError::Locked { path, waited }
        }
        _ => OpenError::Other { url, source },
    }
}

/// What the driver finds wrong with a URL, as the end of a sentence.
pub(super) fn not_right(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Configuration(problem) => format!("is not right: {problem}"),
        other => format!("is not right: {other}"),
    }
}
