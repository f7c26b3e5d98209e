//! What the services of the atlas work with.

use crate::{clock::Clock, db::Database};

/// The services of the atlas. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Atlas {
    pub(super) db: Database,
    pub(super) clock: Clock,
}

impl Atlas {
    /// The atlas in this database.
    #[must_use]
    pub fn new(db: Database, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// The database that the atlas keeps its rows in: begin a unit of work here.
    #[must_use]
    pub fn db(&self) -> &Database {
        &self.db
    }
}
