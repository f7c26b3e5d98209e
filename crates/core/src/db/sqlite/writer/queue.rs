//! The queue of units in front of the one connection that writes.

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

use super::{
    guard::WriterGuard,
    permit::{Parts, WriterPermit},
    watch::{self, Held},
};
use crate::db::{
    error::DbError,
    failure,
    sqlite::{
        checkpoint::checkpoint_what_is_free, connection::Connection, opened_file::OpenedFile,
    },
};

/// The writer of a database.
pub(in crate::db) struct Writer {
    pub(super) options: SqliteConnectOptions,
    pub(super) file: Arc<OpenedFile>,
    /// `database.acquire_timeout_ms`.
    pub(super) acquire_timeout: Duration,
    /// `database.unit_of_work_timeout_ms`.
    pub(super) unit_of_work_timeout: Duration,
    runtime: Handle,
    queue: Mutex<Queue>,
    /// Wakes the watch when there is something to watch again.
    pub(super) watched: Arc<Notify>,
}

pub(super) struct Queue {
    /// The connection, while nobody has it.
    free: Option<Box<Parts>>,
    waiting: VecDeque<oneshot::Sender<WriterPermit>>,
    /// The unit that has the permit.
    pub(super) held: Option<Held>,
    pub(super) is_watched: bool,
    is_closed: bool,
}

impl Writer {
    pub(in crate::db) async fn open(
        options: SqliteConnectOptions,
        file: Arc<OpenedFile>,
        acquire_timeout: Duration,
        unit_of_work_timeout: Duration,
    ) -> Result<Arc<Self>, sqlx::Error> {
        let connection = Connection::open(&options, &file).await?;
        let queue = Queue {
            free: Some(Box::new(Parts::new(Some(connection)))),
            waiting: VecDeque::new(),
            held: None,
            is_watched: false,
            is_closed: false,
        };
        let writer = Arc::new(Self {
            options,
            file,
            acquire_timeout,
            unit_of_work_timeout,
            runtime: Handle::current(),
            queue: Mutex::new(queue),
            watched: Arc::default(),
        });
        let watched = Arc::clone(&writer.watched);
        tokio::spawn(watch::watch(Arc::downgrade(&writer), watched));
        Ok(writer)
    }

    /// Waits for the permit to write, and begins a unit.
    pub(in crate::db) async fn begin(self: &Arc<Self>) -> Result<Arc<WriterGuard>, DbError> {
        let permit = self.permit().await?;
        let guard = Arc::new(WriterGuard::new(permit));
        self.hold(&guard);
        Ok(guard)
    }

    /// Waits for the permit to use the connection.
    pub(in crate::db) async fn permit(self: &Arc<Self>) -> Result<WriterPermit, DbError> {
        self.file.known().map_err(|_| DbError::Replaced)?;
        self.permit_to_close().await
    }

    /// The same, also if the file was replaced: its connection has to be closed then, too.
    pub(in crate::db) async fn permit_to_close(self: &Arc<Self>) -> Result<WriterPermit, DbError> {
        let receiver = {
            let mut queue = self.queue();
            if queue.is_closed {
                return Err(DbError::Closed);
            }
            if let Some(parts) = queue.free.take() {
                return Ok(WriterPermit::new(Arc::clone(self), parts));
            }
            let (sender, receiver) = oneshot::channel();
            queue.waiting.push_back(sender);
            receiver
        };
        let started = Instant::now();
        match tokio::time::timeout(self.acquire_timeout, receiver).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(DbError::Closed),
            Err(_) => Err(DbError::TimedOut {
                waited_for: self.what_is_waited_for(),
                waited: started.elapsed(),
            }),
        }
    }

    /// The connection, as soon as nobody uses it.
    pub(in crate::db) async fn connection(self: &Arc<Self>) -> Result<Connection, sqlx::Error> {
        let permit = self.permit().await;
        permit
            .map_err(|_| sqlx::Error::PoolClosed)?
            .connection()
            .await
    }

    /// Moves what is in the write-ahead log into the database file, as far as reads let, without
    /// waiting for them: how many pages there are, and how many of them are in the file.
    pub(in crate::db) async fn checkpoint(self: &Arc<Self>) -> Result<(i64, i64), DbError> {
        let mut permit = self.permit().await?;
        let asked = async {
            permit.end_group().await;
            let connection = permit.connection().await?;
            checkpoint_what_is_free(&mut *connection.lock().await).await
        };
        asked.await.map_err(|source| DbError::Database {
            doing: "moving the write-ahead log into the database file",
            source: failure::executed(source),
        })
    }

    /// How many units wait for the permit.
    pub(in crate::db) fn waiting(&self) -> usize {
        self.queue().waiting.len()
    }

    /// Whether a unit has the connection.
    pub(in crate::db) fn is_held(&self) -> bool {
        self.queue().free.is_none()
    }

    /// Gives the permit to the unit that has waited longest. It comes back when the group has to end first.
    pub(super) fn pass(&self, mut permit: WriterPermit) -> Option<WriterPermit> {
        if permit.must_end() {
            return Some(permit);
        }
        let mut queue = self.queue();
        queue.held = None;
        while let Some(next) = queue.waiting.pop_front() {
            match next.send(permit) {
                Ok(()) => return None,
                // It has stopped waiting.
                Err(returned) => permit = returned,
            }
        }
        if permit.is_open() {
            return Some(permit);
        }
        let parts = permit.into_parts();
        if !queue.is_closed {
            queue.free = parts;
        }
        None
    }

    /// Refuses every later caller, and those that wait.
    pub(in crate::db) fn close(&self) {
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

    /// The runtime for work that has to be finished though nobody waits for it.
    pub(super) fn runtime(&self) -> Handle {
        Handle::try_current().unwrap_or_else(|_| self.runtime.clone())
    }

    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.watched.notify_one();
    }
}
