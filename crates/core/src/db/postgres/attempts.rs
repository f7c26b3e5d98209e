//! Beginning, and repeating what has changed nothing.
//!
//! A server that restarts, or a firewall that forgets, breaks connections that the pool still takes
//! for sound. A unit that cannot even begin for that reason begins again on another connection, and
//! a read is repeated ([`Attempts`]): neither has changed anything.

use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use sea_orm::{DbErr, IsolationLevel};

use super::{pool::Pool, transaction::Transaction};
use crate::db::{error::DbError, failure};

/// Begins a transaction that changes rows; `None` leaves the isolation to the server's settings.
pub(in crate::db) async fn begin(
    pool: &Pool,
    isolation: Option<IsolationLevel>,
) -> Result<Transaction, DbError> {
    match isolation {
        None => begin_by(pool, "BEGIN").await,
        Some(level) => begin_by(pool, &format!("BEGIN ISOLATION LEVEL {level}")).await,
    }
}

/// Begins a transaction that reads one state throughout, unless `isolation` asks for less.
pub(in crate::db) async fn begin_snapshot(
    pool: &Pool,
    isolation: Option<IsolationLevel>,
) -> Result<Transaction, DbError> {
    let level = isolation.unwrap_or(IsolationLevel::RepeatableRead);
    begin_by(pool, &format!("BEGIN ISOLATION LEVEL {level} READ ONLY")).await
}

async fn begin_by(pool: &Pool, statement: &str) -> Result<Transaction, DbError> {
    let mut attempts = Attempts::new(pool.acquire_timeout());
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
