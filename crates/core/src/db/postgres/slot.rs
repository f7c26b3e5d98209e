//! The places of connections in a pool, and what is counted of them.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use sea_orm::sqlx;
use sqlx::PgConnection;
use tokio::sync::OwnedSemaphorePermit;

use super::pool::Inner;

/// What changes in a pool.
#[derive(Default)]
pub(super) struct State {
    pub(super) idle: Vec<Idle>,
    /// Connections that are idle, in use, or being opened.
    pub(super) open: usize,
    /// Those that are not idle.
    pub(super) used: usize,
    /// Connections of an earlier generation are not used again.
    pub(super) generation: u64,
    pub(super) is_closed: bool,
}

/// A connection that nobody uses. The server has answered everything, and nothing is open on it.
pub(super) struct Idle {
    pub(super) connection: PgConnection,
    pub(super) opened: Instant,
    pub(super) generation: u64,
    pub(super) since: Instant,
}

/// The place of a connection in the pool; dropped, another one may be opened.
pub(super) struct Slot {
    pool: Arc<Inner>,
    permit: Option<OwnedSemaphorePermit>,
    has_connection: bool,
}

impl Slot {
    pub(super) fn new(pool: &Arc<Inner>, permit: OwnedSemaphorePermit) -> Self {
        pool.state().used += 1;
        Self {
            pool: Arc::clone(pool),
            permit: Some(permit),
            has_connection: false,
        }
    }

    pub(super) fn pool(&self) -> &Arc<Inner> {
        &self.pool
    }

    /// The connection that was used last: the others may get old and be closed.
    pub(super) fn take_idle(&mut self) -> Option<Idle> {
        let idle = self.pool.state().idle.pop();
        self.has_connection = idle.is_some();
        idle
    }

    /// Counts a connection that is about to be opened, and gives its generation.
    pub(super) fn count_connection(&mut self) -> u64 {
        let mut state = self.pool.state();
        state.open += 1;
        let generation = state.generation;
        drop(state);
        self.has_connection = true;
        generation
    }

    /// The connection is gone.
    pub(super) fn forget_connection(&mut self) {
        if std::mem::take(&mut self.has_connection) {
            self.pool.state().open -= 1;
        }
    }

    /// Gives up a slot that the server has no connection for, so that its caller waits for one of
    /// the connections that there are; `false` if there is none.
    pub(super) fn withhold(&mut self) -> bool {
        if self.pool.state().open == 0 {
            return false;
        }
        if let Some(permit) = self.permit.take() {
            permit.forget();
            self.pool.scarcity.withheld();
        }
        true
    }

    /// Gives the connection back for the next caller.
    pub(super) fn give_back(mut self, connection: PgConnection, opened: Instant, generation: u64) {
        self.has_connection = false;
        let since = Instant::now();
        self.pool.state().idle.push(Idle {
            connection,
            opened,
            generation,
            since,
        });
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.forget_connection();
        self.pool.state().used -= 1;
        // Only now may the next caller look for it.
        self.permit = None;
        self.pool.given_back.notify_waiters();
    }
}

/// Tells the neighbour that this pool has nothing to work with.
pub(super) struct Starving<'a>(&'a Inner);

impl<'a> Starving<'a> {
    pub(super) fn of(pool: &'a Inner) -> Self {
        pool.starving.fetch_add(1, Ordering::Relaxed);
        Self(pool)
    }
}

impl Drop for Starving<'_> {
    fn drop(&mut self) {
        self.0.starving.fetch_sub(1, Ordering::Relaxed);
    }
}
