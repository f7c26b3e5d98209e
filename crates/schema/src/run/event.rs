//! What happens during a run, and what it did.

use std::time::Duration;

use crate::{backup::Kept, migration::Direction};

/// What happens during a run.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Another process has held the database for half a second; this one waits on.
    Waiting,
    /// A migration begins.
    Started {
        /// Its name.
        migration: &'a str,
        /// Which way it is run.
        direction: Direction,
    },
    /// The next step loses data, and this was done about it.
    Kept(&'a Kept),
    /// Others hold what a migration has to lock; it was rolled back and is tried again.
    Retrying {
        /// Its name.
        migration: &'a str,
        /// How long it rests first.
        pause: Duration,
    },
    /// An index was dropped that an earlier, failed attempt at this migration had left unusable.
    IndexDropped {
        /// The migration that builds it.
        migration: &'a str,
        /// The index.
        index: &'a str,
    },
    /// The SQL of a migration was written down that had been applied without, by SeaORM's own
    /// runner.
    Recorded {
        /// Its name.
        migration: &'a str,
    },
    /// A migration is committed.
    Finished(&'a Step),
}

/// A migration that was run and committed.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name.
    pub migration: String,
    /// Which way it was run.
    pub direction: Direction,
    /// How long it took, commit included.
    pub took: Duration,
}

/// What a run did; empty if there was nothing to do.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order in which they were run.
    pub steps: Vec<Step>,
}
