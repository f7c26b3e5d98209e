//! How to run migrations, and how far.

use std::time::Duration;

use groundwork_naming::Convention;

use super::Event;
use crate::backup::KEPT;

/// How to run.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// Names the constraint of the table that holds the history.
    pub convention: &'a Convention,
    /// How long to wait for another process that holds the database before giving up with
    /// [`RunError::Busy`](super::RunError::Busy), and to try again where others hold its locks
    /// ([`RunError::Locked`](super::RunError::Locked)).
    pub acquire_timeout: Duration,
    /// How long a statement waits for a lock before its migration is rolled back and tried again:
    /// while it waits, every later statement on the same table waits too (PostgreSQL).
    pub lock_timeout: Duration,
    /// How long a statement may take; `None`: as long as it needs (PostgreSQL).
    pub statement_timeout: Option<Duration>,
    /// Whether a migration may be applied that comes before one that is applied already.
    pub order: Order,
    /// Name and version of the program, for the history.
    pub program: Option<&'a str>,
    /// Called with every step, as it happens.
    pub progress: &'a (dyn Fn(Event<'_>) + Send + Sync),
    /// How many backups of an SQLite database remain, once one has been made before a step that
    /// loses data; 0: none is made.
    pub backups: usize,
}

impl<'a> Settings<'a> {
    /// Waits up to one minute, for a lock three seconds; strict order, no report of progress, and
    /// the usual number of backups.
    #[must_use]
    pub const fn new(convention: &'a Convention) -> Self {
        Self {
            convention,
            acquire_timeout: Duration::from_secs(60),
            lock_timeout: Duration::from_secs(3),
            statement_timeout: None,
            order: Order::Strict,
            program: None,
            progress: &|_| (),
            backups: KEPT,
        }
    }
}

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal<'a> {
    /// To the newest schema, or back to none.
    All,
    /// That many migrations.
    Steps(u32),
    /// Until this migration is the newest one applied. The name may lack its timestamp.
    To(&'a str),
}

/// What to do about migrations that are pending and come before one that is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Stop with [`RunError::OutOfOrder`](super::RunError::OutOfOrder).
    Strict,
    /// Apply them.
    Any,
}
