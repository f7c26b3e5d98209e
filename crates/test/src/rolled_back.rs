//! A request inside a transaction that is rolled back.

use std::sync::Arc;

use groundwork_core::db::Database;

use crate::Scratch;

/// A database that is as it was when the test ends: all that happens in it, requests included, is
/// one transaction that is rolled back. [`Template::rolled_back`](crate::Template::rolled_back) makes
/// it.
///
/// On PostgreSQL this spares each test the copy of a database: tests that run at the same time share
/// one, and none sees what another does. What only a commit brings about needs
/// [`Template::copy`](crate::Template::copy) instead; see [`Database::begin_rolled_back`].
#[derive(Debug)]
pub struct RolledBack {
    // Fields are dropped in this order: the transaction, its connection, the database.
    database: Database,
    _around: Database,
    _scratch: Arc<Scratch>,
}

impl RolledBack {
    pub(crate) async fn begin(scratch: Arc<Scratch>) -> Self {
        let around = scratch.open().await;
        let database = around.begin_rolled_back().await;
        Self {
            database: database.expect("a transaction on the scratch database"),
            _around: around,
            _scratch: scratch,
        }
    }

    /// What the service under test is given in place of its database.
    #[must_use]
    pub fn database(&self) -> Database {
        self.database.clone()
    }
}
