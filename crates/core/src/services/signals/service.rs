//! What the services of signals work with.

use crate::{clock::Clock, db::Database};

/// The services of signals. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Signals {
    pub(super) db: Database,
    pub(super) clock: Clock,
}

impl Signals {
    /// The services over this database.
    #[must_use]
    pub fn new(db: Database, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// The database that the rows are in: begin a unit of work here.
    #[must_use]
    pub fn db(&self) -> &Database {
        &self.db
    }

    /// Gives the time and makes ids.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}
