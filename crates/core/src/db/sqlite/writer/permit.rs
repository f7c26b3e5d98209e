//! The right to use the connection.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::sqlx;

use crate::db::sqlite::{checkpoint::checkpoint, connection::Connection};

use super::{detached::Detached, group::Group, queue::Writer};

/// How often the schema's version is asked for.
const ASKED_EVERY: Duration = Duration::from_millis(100);

/// What is handed from unit to unit.
pub(super) struct Parts {
    /// `None` after it broke: the next unit opens another.
    pub(super) connection: Option<Connection>,
    pub(super) group: Group,
    pub(super) catalog: Catalog,
}

/// What is known about the schema.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Catalog {
    /// As SQLite counts them, and when it was asked.
    version: Option<(i64, Instant)>,
    /// Whether a foreign key is deferred, and thereby checked only by the commit; `None` until it is
    /// asked for.
    pub(super) defers: Option<bool>,
}

impl Catalog {
    /// Whether the version has to be asked for again. If another process changes the schema within
    /// this time, only exactness suffers: all units that share a refused commit get its error.
    pub(super) fn is_stale(&self) -> bool {
        self.version
            .is_none_or(|(_, asked)| asked.elapsed() >= ASKED_EVERY)
    }

    /// Forgets what was known about another version.
    pub(super) fn see(&mut self, version: i64) {
        if self.version.is_none_or(|(known, _)| known != version) {
            self.defers = None;
        }
        self.version = Some((version, Instant::now()));
    }
}

impl Parts {
    pub(super) fn new(connection: Option<Connection>) -> Self {
        Self {
            connection,
            group: Group::new(Duration::ZERO),
            catalog: Catalog::default(),
        }
    }
}

/// The right to use the connection, and with it the group that is open. Dropped, it is passed on to
/// the next unit that waits for it; a group that has to end before that is ended in the background.
pub(in crate::db) struct WriterPermit {
    writer: Arc<Writer>,
    parts: Option<Box<Parts>>,
}

impl WriterPermit {
    pub(super) fn new(writer: Arc<Writer>, parts: Box<Parts>) -> Self {
        Self {
            writer,
            parts: Some(parts),
        }
    }

    pub(super) fn writer(&self) -> &Arc<Writer> {
        &self.writer
    }

    pub(super) fn parts(&mut self) -> Option<&mut Parts> {
        self.parts.as_deref_mut()
    }

    pub(super) fn into_parts(mut self) -> Option<Box<Parts>> {
        self.parts.take()
    }

    pub(super) fn is_open(&self) -> bool {
        self.parts
            .as_ref()
            .is_some_and(|parts| parts.group.is_open())
    }

    pub(super) fn must_end(&self) -> bool {
        self.parts
            .as_ref()
            .is_some_and(|parts| parts.group.must_end())
    }

    /// The connection; opens another one if it broke.
    pub(in crate::db) async fn connection(&mut self) -> Result<Connection, sqlx::Error> {
        let known = self
            .parts
            .as_ref()
            .and_then(|parts| parts.connection.clone());
        if let Some(connection) = known {
            return Ok(connection);
        }
        self.writer.file.forget_log();
        let connection = Connection::open(&self.writer.options, &self.writer.file).await?;
        if let Some(parts) = &mut self.parts {
            parts.connection = Some(connection.clone());
        }
        Ok(connection)
    }

    /// Commits for those who wait, so that no transaction is open.
    pub(super) async fn end_group(&mut self) {
        if let Some(parts) = &mut self.parts
            && let Some(connection) = parts.connection.clone()
            && !parts.group.end(&connection).await
        {
            parts.connection = None;
        }
    }

    /// Ends the group, empties the write-ahead log, and closes the connection.
    pub(in crate::db) async fn close(mut self) -> Result<(), sqlx::Error> {
        let connection = self.connection().await?;
        if let Some(mut parts) = self.parts.take() {
            parts.group.end(&connection).await;
        }
        let emptied = checkpoint(&mut *connection.lock().await).await;
        let closed = connection.close().await;
        emptied.and(closed)
    }

    /// Whether only the commit may show that a foreign key is violated.
    pub(super) async fn may_defer(&mut self) -> bool {
        const ASK: &str = "SELECT EXISTS (SELECT 1 FROM sqlite_schema \
                           WHERE type = 'table' AND sql LIKE '%INITIALLY%DEFERRED%')";
        let Some(parts) = &mut self.parts else {
            return true;
        };
        if parts.group.has_side_effects() {
            return true;
        }
        if let (None, Some(connection)) = (parts.catalog.defers, &parts.connection) {
            parts.catalog.defers = connection.number(ASK).await.ok().map(|found| found != 0);
        }
        parts.catalog.defers.unwrap_or(true)
    }

    /// Passes the permit on. If its group has to end first, that is done before this returns.
    pub(super) async fn pass_on(self) {
        let writer = Arc::clone(&self.writer);
        if let Some(permit) = writer.pass(self) {
            Detached::new(writer.runtime(), permit.end()).await;
        }
    }

    /// Ends the group, answers its units, and passes the permit on. If the runtime goes away before
    /// that is done, so does the connection, and with it what is open.
    fn end(mut self) -> impl Future<Output = ()> + Send + use<> {
        let writer = Arc::clone(&self.writer);
        let parts = self.parts.take();
        let lost = Lost(Some(Arc::clone(&writer)));
        async move {
            let Some(mut parts) = parts else {
                return;
            };
            let is_sound = match &parts.connection {
                Some(connection) => parts.group.end(connection).await,
                None => false,
            };
            if !is_sound {
                tracing::warn!("the connection that writes is replaced");
                *parts = Parts::new(None);
            }
            lost.found();
            drop(Self::new(writer, parts));
        }
    }
}

impl Drop for WriterPermit {
    fn drop(&mut self) {
        let Some(parts) = self.parts.take() else {
            return;
        };
        let writer = &self.writer;
        if let Some(permit) = writer.pass(Self::new(Arc::clone(writer), parts)) {
            writer.runtime().spawn(permit.end());
        }
    }
}

/// Leaves a place for a new connection where the old one was lost.
struct Lost(Option<Arc<Writer>>);

impl Lost {
    fn found(mut self) {
        self.0 = None;
    }
}

impl Drop for Lost {
    fn drop(&mut self) {
        if let Some(writer) = self.0.take() {
            drop(WriterPermit::new(writer, Box::new(Parts::new(None))));
        }
    }
}
