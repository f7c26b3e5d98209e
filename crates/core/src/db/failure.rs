//! What a driver's error says, by its code.
//!
//! SQLite's extended result codes keep the primary code in their low byte
//! (<https://www.sqlite.org/rescode.html>); PostgreSQL's SQLSTATEs are five characters whose first
//! two are the class (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).

use std::sync::Arc;

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx};
use sqlx::{
    postgres::{PgDatabaseError, PgSeverity},
    sqlite::SqliteError,
};

use super::sqlite::Replaced;

/// SQLITE_BUSY: somebody else holds the lock.
const SQLITE_BUSY: i32 = 5;
/// SQLITE_FULL: the disk is full.
const SQLITE_FULL: i32 = 13;
/// SQLITE_CANTOPEN: a file cannot be opened. Once a database is open, that is too many open files.
const SQLITE_CANTOPEN: i32 = 14;
/// disk_full.
const DISK_FULL: &str = "53100";
/// SQLITE_IOERR: the disk failed.
const SQLITE_IOERR: i32 = 10;

/// SQLSTATEs that PostgreSQL documents as worth a repetition: serialization_failure and
/// deadlock_detected (<https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html>).
const TIMING: [&str; 2] = ["40001", "40P01"];

/// query_canceled: the statement ran longer than `statement_timeout`.
const QUERY_CANCELED: &str = "57014";

/// read_only_sql_transaction.
const READ_ONLY_TRANSACTION: &str = "25006";

/// too_many_connections: of the server, of the database, or of the role.
pub(super) const TOO_MANY_CONNECTIONS: &str = "53300";

/// The driver's error within SeaORM's, if it comes from the driver.
pub(super) fn driver_error(error: &DbErr) -> Option<&Arc<sqlx::Error>> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error))
        | DbErr::Conn(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// SQLite's extended result code and message.
pub(super) fn sqlite(error: &sqlx::Error) -> Option<(i32, &str)> {
    let error = error.as_database_error()?;
    let error: &SqliteError = error.try_downcast_ref()?;
    let code = sqlx::error::DatabaseError::code(error)?.parse().ok()?;
    Some((code, sqlx::error::DatabaseError::message(error)))
}

/// PostgreSQL's error with all its fields.
pub(super) fn postgres(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    error.as_database_error()?.try_downcast_ref()
}

/// Another process holds SQLite's lock.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    sqlite(error).is_some_and(|(code, _)| code & 0xff == SQLITE_BUSY)
}

/// The disk failed. SQLite then takes its transaction back, but what had reached the log before may
/// be found there after a crash.
pub(super) fn is_disk_failure(error: &sqlx::Error) -> bool {
    sqlite(error).is_some_and(|(code, _)| code & 0xff == SQLITE_IOERR)
}

/// The server gave up the session, or itself, over an error. After a failed flush of its log it
/// stops and recovers, and may find in the log what it could not promise to be there.
pub(super) fn ended_the_session(error: &sqlx::Error) -> bool {
    postgres(error)
        .is_some_and(|error| matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic))
}

/// PostgreSQL refused a change on a connection that only reads. A `SELECT` may call a function that
/// changes something, or lock rows.
pub(super) fn is_refused_by_a_reader(error: &DbErr) -> bool {
    driver_error(error).is_some_and(|error| is_read_only(error))
}

/// PostgreSQL refused a change because the transaction, or the whole server, only reads.
pub(super) fn is_read_only(error: &sqlx::Error) -> bool {
    postgres(error).is_some_and(|error| error.code() == READ_ONLY_TRANSACTION)
}

/// PostgreSQL takes no more connections: the server, the database or the role has as many as it may.
pub(super) fn is_out_of_connections(error: &sqlx::Error) -> bool {
    postgres(error).is_some_and(|error| error.code() == TOO_MANY_CONNECTIONS)
}

/// The file of the database was replaced while it was open.
pub(super) fn is_replaced(error: &DbErr) -> bool {
    let driver = driver_error(error).map(AsRef::as_ref);
    matches!(driver, Some(sqlx::Error::AnyDriverError(error)) if error.is::<Replaced>())
}

/// The pool had no connection to give in time.
pub(super) fn is_pool_timeout(error: &DbErr) -> bool {
    matches!(error, DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
}

/// The pool was closed.
pub(super) fn is_closed(error: &DbErr) -> bool {
    matches!(
        error,
        DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)
    )
}

/// No space is left on the disk of the database.
pub(super) fn is_full(error: &DbErr) -> bool {
    let Some(error) = driver_error(error) else {
        return false;
    };
    sqlite(error).is_some_and(|(code, _)| code & 0xff == SQLITE_FULL)
        || postgres(error).is_some_and(|error| error.code() == DISK_FULL)
}

/// The database cannot be reached, or its disk fails. The caller is not at fault.
pub(super) fn is_unavailable(error: &DbErr) -> bool {
    if matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) || is_replaced(error) {
        return true;
    }
    let Some(error) = driver_error(error) else {
        return false;
    };
    if let Some((code, _)) = sqlite(error) {
        return [SQLITE_BUSY, SQLITE_IOERR, SQLITE_CANTOPEN].contains(&(code & 0xff));
    }
    if let Some(error) = postgres(error) {
        // Connection exception, insufficient resources, operator intervention, system error.
        return ["08", "53", "57", "58"].contains(&error.code().get(..2).unwrap_or_default());
    }
    is_lost(error)
}

/// The engine refused for reasons of timing: the same may succeed the next time.
pub(super) fn is_retryable(error: &DbErr) -> bool {
    driver_error(error).is_some_and(|error| is_timing(error))
}

pub(super) fn is_timing(error: &sqlx::Error) -> bool {
    is_busy(error) || postgres(error).is_some_and(|error| TIMING.contains(&error.code()))
}

/// PostgreSQL gave a statement up that took too long.
pub(super) fn is_cut_off(error: &sqlx::Error) -> bool {
    postgres(error).is_some_and(|error| error.code() == QUERY_CANCELED)
}

/// The connection itself broke, so that an answer that was under way never came.
pub(super) fn is_lost(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Io, PoolClosed, Protocol, Tls, WorkerCrashed};
    match error {
        Io(_) | Tls(_) | Protocol(_) | PoolClosed | WorkerCrashed => true,
        // Class 08 is a connection exception; 57P01 to 57P03 is the server shutting down.
        error => postgres(error).is_some_and(|error| {
            error.code().starts_with("08") || error.code().starts_with("57P0")
        }),
    }
}

/// The driver's error as SeaORM hands it out for what yields no rows.
pub(super) fn executed(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(Arc::new(error)))
}

/// The driver's error as SeaORM hands it out.
pub(super) fn wrapped(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))),
    }
}
