//! Moving SQLite's write-ahead log into the database file.

use std::time::Duration;

use backon::ExponentialBuilder;
use sea_orm::sqlx;
use sqlx::{Row as _, SqliteConnection};

/// How long emptying the log waits for others.
const BUSY_TIMEOUT: Duration = Duration::from_millis(250);

/// Moves the write-ahead log into the database file and empties it, as far as other processes let:
/// one that reads or writes just now is waited for only shortly, because the last to close
/// the database does the same.
pub(super) async fn checkpoint(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let busy_timeout = format!("PRAGMA busy_timeout = {}", BUSY_TIMEOUT.as_millis());
    sqlx::query(sqlx::AssertSqlSafe(busy_timeout))
        .execute(&mut *connection)
        .await?;
    let_go_of_the_log(&mut *connection).await?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&mut *connection)
        .await
        .map(drop)
}

/// Moves as much of the write-ahead log into the database file as readers let: how many pages there
/// are in it, and how many of them are in the file then.
pub(super) async fn checkpoint_what_is_free(
    connection: &mut SqliteConnection,
) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
        .fetch_one(connection)
        .await?;
    Ok((row.try_get(1)?, row.try_get(2)?))
}

/// Switching to the log leaves the connection with a hold on a place in it, and nobody could empty
/// the log before this connection's next read. So one is made here: it takes a new hold and ends
/// it.
pub(super) async fn let_go_of_the_log(
    connection: &mut SqliteConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT count(*) FROM sqlite_master")
        .execute(connection)
        .await
        .map(drop)
}

/// The pauses between attempts to get a lock that another process holds.
pub(super) fn pauses() -> ExponentialBuilder {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(2))
        .with_max_delay(Duration::from_millis(50))
        .without_max_times()
        .with_jitter()
}
