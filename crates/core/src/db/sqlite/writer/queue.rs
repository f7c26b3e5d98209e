//! The one writer of SQLite, and how units of work share its commits.
//!
//! A commit costs a flush of the disk, whatever it holds, so units that are there at the same time
//! share one (*group commit*). The connection is handed from unit to unit, first come, first
//! served; each runs in a savepoint of its own within the transaction of its [`group`], and is taken
//! back alone. A unit that commits is told so when the shared `COMMIT` has returned: at once, if
//! nobody waits for the connection; after those who do have had their turn, if the group is neither
//! too old nor too large by then.
//!
//! - A [`Line`] is the connection, with hooks that see transactions end.
//! - [`group`] is the transaction: what opens a unit, what takes it back, who waits for the commit.
//! - [`baton`] is the right to use both; whoever drops it passes it on.
//! - [`lease`] is a unit's hold on the baton, which ends after a while whatever the unit does.
//!
//! What fails, fails alone, except where SQLite itself rolls the transaction back (a full disk, an
//! I/O error, `INSERT OR ROLLBACK`, a write that is cut off): then nothing of the group is stored,
//! and every unit that waits is told.

mod baton;
mod detached;
mod group;
mod lease;
mod statements;
mod watch;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::sqlx::{self, sqlite::SqliteConnectOptions};
use tokio::{
    runtime::Handle,
    sync::{Notify, oneshot},
};

pub(super) use self::{
    baton::Baton,
    group::NotStored,
    lease::{CommitFailed, Lease},
};
use self::{baton::Parts, watch::Held};
use super::{DbError, failure, line::Line, sqlite};

/// The writer of a database.
pub(super) struct Writer {
    options: SqliteConnectOptions,
    /// `database.acquire_timeout_ms`.
    patience: Duration,
    /// `database.unit_of_work_timeout_ms`.
    limit: Duration,
    runtime: Handle,
    queue: Mutex<Queue>,
    /// Tells the watch that there is something to watch again.
    watched: Arc<Notify>,
}

struct Queue {
    /// The connection, while nobody has it.
    free: Option<Box<Parts>>,
    waiting: VecDeque<oneshot::Sender<Baton>>,
    /// Who has the baton.
    held: Option<Held>,
    is_watched: bool,
    is_closed: bool,
}

impl Writer {
    pub(super) async fn open(
        options: SqliteConnectOptions,
        patience: Duration,
        limit: Duration,
    ) -> Result<Arc<Self>, sqlx::Error> {
        let line = Line::open(&options).await?;
        let queue = Queue {
            free: Some(Box::new(Parts::new(Some(line)))),
            waiting: VecDeque::new(),
            held: None,
            is_watched: false,
            is_closed: false,
        };
        let writer = Arc::new(Self {
            options,
            patience,
            limit,
            runtime: Handle::current(),
            queue: Mutex::new(queue),
            watched: Arc::default(),
        });
        let watched = Arc::clone(&writer.watched);
        tokio::spawn(watch::watch(Arc::downgrade(&writer), watched));
        Ok(writer)
    }

    /// Waits for the turn to write.
    pub(super) async fn begin(self: &Arc<Self>) -> Result<Arc<Lease>, DbError> {
        let baton = self.baton().await?;
        let lease = Arc::new(Lease::new(baton));
        self.hold(&lease);
        Ok(lease)
    }

    /// Waits for the turn to use the connection.
    pub(super) async fn baton(self: &Arc<Self>) -> Result<Baton, DbError> {
        let turn = {
            let mut queue = self.queue();
            if queue.is_closed {
                return Err(DbError::Closed);
            }
            if let Some(parts) = queue.free.take() {
                return Ok(Baton::new(Arc::clone(self), parts));
            }
            let (give, turn) = oneshot::channel();
            queue.waiting.push_back(give);
            turn
        };
        let started = Instant::now();
        match tokio::time::timeout(self.patience, turn).await {
            Ok(Ok(baton)) => Ok(baton),
            Ok(Err(_)) => Err(DbError::Closed),
            Err(_) => Err(DbError::TimedOut {
                waited_for: self.what_is_waited_for(),
                waited: started.elapsed(),
            }),
        }
    }

    /// The connection, as soon as nobody uses it.
    pub(super) async fn line(self: &Arc<Self>) -> Result<Line, sqlx::Error> {
        let baton = self.baton().await;
        baton.map_err(|_| sqlx::Error::PoolClosed)?.line().await
    }

    /// Moves what is in the write-ahead log into the database file, as far as reads let, without
    /// waiting for them: how many pages there are, and how many of them are in the file.
    pub(super) async fn checkpoint(self: &Arc<Self>) -> Result<(i64, i64), DbError> {
        let mut baton = self.baton().await?;
        let asked = async {
            baton.end_group().await;
            let line = baton.line().await?;
            sqlite::checkpoint_what_is_free(&mut *line.connection().await).await
        };
        asked.await.map_err(|source| DbError::Database {
            doing: "move the write-ahead log into the database file",
            source: failure::executed(source),
        })
    }

    /// How many units wait for their turn.
    pub(super) fn waiting(&self) -> usize {
        self.queue().waiting.len()
    }

    /// Whether a unit has the connection.
    pub(super) fn is_held(&self) -> bool {
        self.queue().free.is_none()
    }

    /// Gives the baton to who has waited longest. It comes back when the group has to end first.
    fn pass(&self, mut baton: Baton) -> Option<Baton> {
        if baton.must_end() {
            return Some(baton);
        }
        let mut queue = self.queue();
        queue.held = None;
        while let Some(next) = queue.waiting.pop_front() {
            match next.send(baton) {
                Ok(()) => return None,
                // It has stopped waiting.
                Err(returned) => baton = returned,
            }
        }
        if baton.is_open() {
            return Some(baton);
        }
        let parts = baton.into_parts();
        if !queue.is_closed {
            queue.free = parts;
        }
        None
    }

    /// Refuses whoever comes from now on, and whoever waits.
    pub(super) fn close(&self) {
        let mut queue = self.queue();
        queue.is_closed = true;
        queue.waiting.clear();
        queue.free = None;
    }

    fn what_is_waited_for(&self) -> String {
        let queue = self.queue();
        let held = queue.held.as_ref().map(Held::elapsed).unwrap_or_default();
        format!(
            "the turn to write, which another unit of work has had for {} ms",
            held.as_millis()
        )
    }

    /// The runtime for what has to be finished though nobody waits for it.
    fn runtime(&self) -> Handle {
        Handle::try_current().unwrap_or_else(|_| self.runtime.clone())
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.watched.notify_one();
    }
}
