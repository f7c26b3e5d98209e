//! A pool of connections to PostgreSQL.
//!
//! It is our own for three reasons. A server, a database or a role may allow fewer connections than
//! are wished for: this pool then works with those that it has, where sqlx's tries to open another
//! one until it gives up. A caller may go away at any point: this pool hands a connection on only
//! when the server has answered everything, and nothing is open on it ([`PooledConnection`]). And a
//! connection that is given back is free at once, so that the statements of one caller, one after
//! the other, run on one connection.
//!
//! Callers are served first come, first served. A connection that was idle for [`PING_AFTER`] is
//! asked for a sign of life before it is used: firewalls and restarts drop connections without a
//! word.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::sqlx::{self, Connection as _};
use tokio::sync::{Notify, Semaphore};

use super::{
    pooled_connection::PooledConnection,
    scarcity::{Limits, Scarcity},
    scope::Scope,
    server::{Purpose, Server},
    slot::{Idle, Slot, Starving, State},
};
use crate::{config, db::failure};

/// How long a connection may be idle and still be used unasked.
const PING_AFTER: Duration = Duration::from_secs(1);

/// How long to wait before a server is asked again that is just starting, or has no room.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(200));

/// A pool. Cheap to clone.
#[derive(Clone)]
pub(in crate::db) struct Pool {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) server: Server,
    most: usize,
    acquire_timeout: Duration,
    max_lifetime: Duration,
    permits: Arc<Semaphore>,
    state: Mutex<State>,
    pub(super) scarcity: Scarcity,
    /// A pool on the same server, which may have to make room for this one.
    neighbour: OnceLock<Weak<Inner>>,
    /// How many callers wait although this pool has no connection at all.
    pub(super) starving: AtomicUsize,
    pub(super) given_back: Notify,
}

impl Pool {
    /// A pool that has no connection yet.
    pub(super) fn new(config: &config::Database, server: Server, most: u32) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX).clamp(1, 10_000);
        let inner = Inner {
            server,
            most,
            acquire_timeout: config.acquire_timeout,
            max_lifetime: config.max_lifetime,
            permits: Arc::new(Semaphore::new(most)),
            state: Mutex::default(),
            scarcity: Scarcity::default(),
            neighbour: OnceLock::new(),
            starving: AtomicUsize::new(0),
            given_back: Notify::new(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Has two pools on one server make room for each other.
    pub(super) fn share_the_server(&self, other: &Self) {
        let _ = self.inner.neighbour.set(Arc::downgrade(&other.inner));
        let _ = other.inner.neighbour.set(Arc::downgrade(&self.inner));
    }

    /// A pooler is in between: a session may be another client's after each transaction.
    pub(in crate::db) fn is_behind_a_pooler(&self) -> bool {
        self.inner.server.scope() == Scope::Transaction
    }

    /// How long a caller waits for a connection.
    pub(in crate::db) fn acquire_timeout(&self) -> Duration {
        self.inner.acquire_timeout
    }

    /// How many connections were wished for.
    pub(super) fn most(&self) -> usize {
        self.inner.most
    }

    /// How many connections are in use, and how many there may be at present.
    pub(in crate::db) fn in_use(&self) -> (usize, usize) {
        let inner = &self.inner;
        (inner.state().used, inner.scarcity.left_of(inner.most))
    }

    /// How many connections were wished for, and how many the server allows, when it has refused one.
    pub(in crate::db) fn limits(&self) -> Option<Limits> {
        self.inner.scarcity.limits(self.inner.most)
    }

    /// Waits for a connection.
    pub(in crate::db) async fn acquire(&self) -> Result<PooledConnection, sqlx::Error> {
        self.acquire_or(WhenFull::Wait).await
    }

    /// All connections that the pool may hold, opening those that are not open yet: fewer than were
    /// wished for if the server refuses one. It waits until each is free.
    pub(in crate::db) async fn acquire_all(&self) -> Result<Vec<PooledConnection>, sqlx::Error> {
        let mut all = Vec::new();
        while all.len() < self.in_use().1 {
            let when_full = match all.is_empty() {
                true => WhenFull::Wait,
                false => WhenFull::Fail,
            };
            match self.acquire_or(when_full).await {
                Ok(connection) => all.push(connection),
                Err(error) if failure::is_out_of_connections(&error) && !all.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    async fn acquire_or(&self, when_full: WhenFull) -> Result<PooledConnection, sqlx::Error> {
        let deadline = Instant::now() + self.inner.acquire_timeout;
        let acquiring = self.inner.acquire(when_full, deadline);
        match tokio::time::timeout_at(deadline.into(), acquiring).await {
            Ok(acquired) => acquired,
            Err(_) => Err(sqlx::Error::PoolTimedOut),
        }
    }

    /// Uses no connection again that is open now: the server behind it has changed its part.
    pub(in crate::db) fn renew(&self) {
        self.inner.renew();
    }

    /// Waits for the connections in use, and closes all. A caller that waits for one is refused.
    pub(in crate::db) async fn close(&self) {
        self.inner.state().is_closed = true;
        self.inner.permits.close();
        loop {
            let given_back = self.inner.given_back.notified();
            if self.inner.state().used == 0 {
                break;
            }
            given_back.await;
        }
        let idle = std::mem::take(&mut self.inner.state().idle);
        for idle in idle {
            let _ = idle.connection.close().await;
        }
    }
}

/// What to do when the server refuses another connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WhenFull {
    Wait,
    Fail,
}

impl Inner {
    async fn acquire(
        self: &Arc<Self>,
        when_full: WhenFull,
        deadline: Instant,
    ) -> Result<PooledConnection, sqlx::Error> {
        self.permits.add_permits(self.scarcity.try_again());
        'waiting: loop {
            let permit = Arc::clone(&self.permits).acquire_owned().await;
            let permit = permit.map_err(|_| sqlx::Error::PoolClosed)?;
            let mut slot = Slot::new(self, permit);
            while let Some(idle) = slot.take_idle() {
                if let Some(idle) = self.still_good(idle).await {
                    return Ok(PooledConnection::new(idle, slot));
                }
                slot.forget_connection();
            }
            let mut starving = None;
            let mut pause = PAUSES.0;
            loop {
                match self.open(&mut slot, deadline).await {
                    Ok(opened) => return Ok(PooledConnection::new(opened, slot)),
                    Err(error) if failure::is_out_of_connections(&error) => {
                        self.scarcity.refused(&error, self.server.purpose());
                        let has_others = slot.withhold();
                        if when_full == WhenFull::Fail {
                            return Err(error);
                        }
                        if has_others {
                            continue 'waiting;
                        }
                        starving.get_or_insert_with(|| Starving::of(self));
                        self.take_from_the_neighbour().await;
                    }
                    Err(error) if self.is_worth_waiting_for(&error) => {}
                    Err(error) => return Err(error),
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSES.1);
            }
        }
    }

    /// Opens a connection in a slot that has none.
    async fn open(&self, slot: &mut Slot, deadline: Instant) -> Result<Idle, sqlx::Error> {
        let generation = slot.count_connection();
        let within = deadline.saturating_duration_since(Instant::now());
        let opened = self.server.connect(within).await;
        match opened {
            Ok(connection) => {
                self.permits.add_permits(self.scarcity.opened());
                let now = Instant::now();
                Ok(Idle {
                    connection,
                    opened: now,
                    since: now,
                    generation,
                })
            }
            Err(error) => {
                slot.forget_connection();
                Err(error)
            }
        }
    }

    /// The server is on its way up, or another one is about to take its place. Nobody waits for a
    /// replica: another server has what it has.
    fn is_worth_waiting_for(&self, error: &sqlx::Error) -> bool {
        let is_coming = match error {
            sqlx::Error::Io(error) => {
                let kinds = [
                    io::ErrorKind::ConnectionRefused,
                    io::ErrorKind::NotConnected,
                ];
                kinds.contains(&error.kind())
            }
            error => failure::postgres(error).is_some_and(|error| error.code() == "57P03"),
        };
        is_coming && self.server.purpose() != Purpose::Replica
    }

    /// An idle connection that can be used, or nothing if it had to be closed.
    async fn still_good(&self, mut idle: Idle) -> Option<Idle> {
        if idle.opened.elapsed() >= self.max_lifetime {
            let _ = idle.connection.close().await;
            return None;
        }
        if idle.since.elapsed() >= PING_AFTER
            && let Err(error) = idle.connection.ping().await
        {
            tracing::debug!(%error, "a connection to PostgreSQL broke while it was idle");
            return None;
        }
        Some(idle)
    }

    /// Closes an idle connection of the other pool on this server, if it has one.
    async fn take_from_the_neighbour(&self) {
        let neighbour = self.neighbour.get().and_then(Weak::upgrade);
        let idle = neighbour.and_then(|neighbour| {
            let mut state = neighbour.state();
            let idle = state.idle.pop()?;
            state.open -= 1;
            Some(idle)
        });
        if let Some(idle) = idle {
            let _ = idle.connection.close().await;
        }
    }

    /// Whether a connection that comes back is to be used again.
    pub(super) fn takes_back(&self, opened: Instant, generation: u64) -> bool {
        let neighbour = self.neighbour.get().and_then(Weak::upgrade);
        let is_wanted_there = neighbour.is_some_and(|it| it.starving.load(Ordering::Relaxed) > 0);
        let state = self.state();
        !state.is_closed
            && state.generation == generation
            && !is_wanted_there
            && opened.elapsed() < self.max_lifetime
    }

    /// A server that only reads has refused a change: all on it is looked for anew.
    pub(super) fn met_a_standby(&self) {
        if self.server.purpose() != Purpose::Units {
            return;
        }
        self.renew();
        if let Some(neighbour) = self.neighbour.get().and_then(Weak::upgrade) {
            neighbour.renew();
        }
    }

    fn renew(&self) {
        let mut state = self.state();
        state.generation += 1;
        let idle = std::mem::take(&mut state.idle);
        state.open -= idle.len();
        // Dropped, they close without a word, which the server notices.
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
