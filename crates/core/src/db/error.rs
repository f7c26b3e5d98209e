//! What can go wrong with units of work. Opening the database has errors of its own:
//! [`OpenError`](super::OpenError).

use std::time::{Duration, Instant};

use sea_orm::{ConnAcquireErr, DbErr, SqlErr};

use super::{failure, sqlite::Replaced, violation::Violation};
use crate::error::{DomainError, Kind};

/// Why a unit of work could not begin, or was not stored.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Nothing was done: the wait for a turn was longer than `database.acquire_timeout_ms`.
    #[error("gave up after waiting {} ms for {waited_for}", waited.as_millis())]
    TimedOut {
        /// What the wait was for, and who held it as far as is known.
        waited_for: String,
        /// How long the wait was.
        waited: Duration,
    },
    /// The database was closed by [`Database::close`](super::Database::close).
    #[error("the database is closed")]
    Closed,
    /// Nothing was stored: the unit breaks a constraint that is checked only when it commits.
    #[error("refused: {violation}")]
    Violated {
        /// The constraint.
        violation: Box<Violation>,
        /// The engine's own words.
        source: DbErr,
    },
    /// Nothing was stored: the unit had been ended before its commit, by the engine or by misuse.
    #[error("nothing was stored: {reason}")]
    Ended {
        /// What ended it.
        reason: String,
    },
    /// Nothing was stored: an error in another unit, with which this one shared its commit, made
    /// SQLite roll both back. The same unit may succeed the next time.
    #[error(
        "nothing was stored: an error in another unit of work, with which it shared the commit, \
             made SQLite roll both back; repeat it"
    )]
    TakenAlong,
    /// The file that is open is not the one at the path of the database any more (SQLite): nothing
    /// is read or written until the program starts anew. What was just committed is in the old file.
    #[error(
        "the file of the database was replaced or deleted while it was in use: nothing is read or \
         written any more until the service is restarted"
    )]
    Replaced,
    /// The connection was lost, or the disk failed, while the commit was under way: it may have
    /// been stored or not. Never repeat the unit without looking first.
    #[error("the commit broke off; whether it was stored is not known")]
    OutcomeUnknown {
        /// The engine's own words.
        source: DbErr,
    },
    /// The server only reads: it is a standby, or an administrator has set it so.
    #[error(
        "the database takes no changes: PostgreSQL at database.url is a standby, or is set to only \
         read"
    )]
    ReadOnly,
    /// The engine refused; nothing was stored.
    #[error("the database failed while {doing}")]
    Database {
        /// What was being done, such as "listing scenes".
        doing: &'static str,
        /// The engine's own words.
        source: DbErr,
    },
}

impl From<DbError> for DbErr {
    /// For functions that return SeaORM's error. What the engine said stays what it was, so that
    /// `sql_err()` finds the same in it. An unknown outcome becomes a text: nothing may take it for
    /// an error after which the work can be repeated.
    fn from(error: DbError) -> Self {
        match error {
            DbError::Violated { source, .. } | DbError::Database { source, .. } => source,
            DbError::TimedOut { .. } => Self::ConnectionAcquire(ConnAcquireErr::Timeout),
            DbError::Closed => Self::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
            DbError::OutcomeUnknown { ref source } => Self::Custom(format!("{error}: {source}")),
            DbError::Replaced => failure::wrapped(Replaced.into()),
            DbError::Ended { .. } | DbError::TakenAlong | DbError::ReadOnly => {
                Self::Custom(error.to_string())
            }
        }
    }
}

impl DbError {
    /// As [`DbErr::sql_err`]: which kind of constraint was violated, in SeaORM's terms.
    #[must_use]
    pub fn sql_err(&self) -> Option<SqlErr> {
        match self {
            Self::Violated { source, .. } | Self::Database { source, .. } => source.sql_err(),
            _ => None,
        }
    }

    /// Why a unit could not begin, from the error of what it was to begin on.
    pub(super) fn not_begun(source: DbErr, waited_for: &str, started: Instant) -> Self {
        if failure::is_closed(&source) {
            Self::Closed
        } else if failure::is_replaced(&source) {
            Self::Replaced
        } else if failure::is_pool_timeout(&source) {
            Self::TimedOut {
                waited_for: waited_for.to_owned(),
                waited: started.elapsed(),
            }
        } else {
            Self::Database {
                doing: "beginning a unit of work",
                source,
            }
        }
    }

    /// The constraint that was violated, if that is why.
    #[must_use]
    pub fn violation(&self) -> Option<&Violation> {
        match self {
            Self::Violated { violation, .. } => Some(violation),
            _ => None,
        }
    }
}

impl DomainError for DbError {
    fn kind(&self) -> Kind {
        match self {
            Self::TimedOut { .. }
            | Self::Closed
            | Self::TakenAlong
            | Self::Replaced
            | Self::ReadOnly
            | Self::OutcomeUnknown { .. } => Kind::Unavailable,
            Self::Violated { .. } => Kind::Conflict,
            Self::Ended { .. } => Kind::Internal,
            Self::Database { source, .. } => kind_of(source),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::TimedOut { .. } | Self::TakenAlong => "DATABASE_BUSY",
            Self::Closed => "DATABASE_CLOSED",
            Self::Replaced => "DATABASE_REPLACED",
            Self::Violated { .. } => "CONSTRAINT_VIOLATED",
            Self::OutcomeUnknown { .. } => "OUTCOME_UNKNOWN",
            Self::Ended { .. } => "DATABASE_ERROR",
            Self::Database { source, .. } if failure::is_full(source) => "STORAGE_FULL",
            Self::ReadOnly => "DATABASE_READ_ONLY",
            Self::Database { source, .. } if failure::is_refused_by_a_reader(source) => {
                "DATABASE_READ_ONLY"
            }
            Self::Database { .. } => "DATABASE_FAILED",
        }
    }
}

/// Says what was being done when the database failed.
///
/// ```
/// # use groundwork_core::db::{DbError, Doing as _, Reader};
/// # use sea_orm::ConnectionTrait as _;
/// async fn shelve(rows: Reader) -> Result<(), DbError> {
///     let counted = rows.execute_unprepared("SELECT count(*) FROM books").await;
///     counted.doing("counting books")?;
///     Ok(())
/// }
/// ```
pub trait Doing<T> {
    /// `doing` continues the sentence "the database failed while …".
    ///
    /// # Errors
    /// [`DbError::Database`] in place of SeaORM's error; [`DbError::Replaced`] where that is why.
    fn doing(self, doing: &'static str) -> Result<T, DbError>;
}

impl<T> Doing<T> for Result<T, DbErr> {
    fn doing(self, doing: &'static str) -> Result<T, DbError> {
        self.map_err(|source| {
            if failure::is_replaced(&source) {
                DbError::Replaced
            } else if failure::is_refused_by_a_reader(&source) {
                DbError::ReadOnly
            } else {
                DbError::Database { doing, source }
            }
        })
    }
}

/// What kind of situation it is when the engine refuses a statement.
#[must_use]
pub fn kind_of(source: &DbErr) -> Kind {
    if failure::is_retryable(source) {
        Kind::Conflict
    } else if failure::is_full(source) {
        Kind::Full
    } else if failure::is_unavailable(source) || failure::is_refused_by_a_reader(source) {
        Kind::Unavailable
    } else {
        Kind::Internal
    }
}

/// The error of a statement that is refused before the engine sees it.
pub(super) fn refusal(reason: &str) -> DbErr {
    DbErr::Custom(format!("the unit of work takes no statement: {reason}"))
}
