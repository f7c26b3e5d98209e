//! The right to use the connection.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::sqlx;

use crate::db::{line::Line, sqlite};

use super::{Writer, detached::Detached, group::Group};

/// How often the schema's version is asked for.
const ASKED_EVERY: Duration = Duration::from_millis(100);

/// What is handed from unit to unit.
pub(super) struct Parts {
    /// `None` after it broke: the next unit opens another.
    pub(super) line: Option<Line>,
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
    /// Whether the version has to be asked for again. What another process changes within this time
    /// costs exactness alone: a commit that is refused is told to all that share it.
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
    pub(super) fn new(line: Option<Line>) -> Self {
        Self {
            line,
            group: Group::new(Duration::ZERO),
            catalog: Catalog::default(),
        }
    }
}

/// The right to use the connection, and with it the group that is open. Dropped, it is passed on to
/// who waits for it; a group that has to end before that is ended in the background.
pub(in crate::db) struct Baton {
    writer: Arc<Writer>,
    parts: Option<Box<Parts>>,
}

impl Baton {
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
    pub(in crate::db) async fn line(&mut self) -> Result<Line, sqlx::Error> {
        let known = self.parts.as_ref().and_then(|parts| parts.line.clone());
        if let Some(line) = known {
            return Ok(line);
        }
        let line = Line::open(&self.writer.options).await?;
        if let Some(parts) = &mut self.parts {
            parts.line = Some(line.clone());
        }
        Ok(line)
    }

    /// Commits for those who wait, so that no transaction is open.
    pub(super) async fn end_group(&mut self) {
        if let Some(parts) = &mut self.parts
            && let Some(line) = parts.line.clone()
            && !parts.group.end(&line).await
        {
            parts.line = None;
        }
    }

    /// Ends the group, empties the write-ahead log, and closes the connection.
    pub(in crate::db) async fn close(mut self) -> Result<(), sqlx::Error> {
        let line = self.line().await?;
        if let Some(mut parts) = self.parts.take() {
            parts.group.end(&line).await;
        }
        let emptied = sqlite::checkpoint(&mut *line.connection().await).await;
        let closed = line.close().await;
        emptied.and(closed)
    }

    /// Whether only the commit may tell that a foreign key is violated.
    pub(super) async fn may_defer(&mut self) -> bool {
        const ASK: &str = "SELECT EXISTS (SELECT 1 FROM sqlite_schema \
                           WHERE type = 'table' AND sql LIKE '%INITIALLY%DEFERRED%')";
        let Some(parts) = &mut self.parts else {
            return true;
        };
        if parts.group.is_special() {
            return true;
        }
        if let (None, Some(line)) = (parts.catalog.defers, &parts.line) {
            parts.catalog.defers = line.number(ASK).await.ok().map(|found| found != 0);
        }
        parts.catalog.defers.unwrap_or(true)
    }

    /// Passes the baton on. If its group has to end first, that is done before this returns.
    pub(super) async fn pass_on(self) {
        let writer = Arc::clone(&self.writer);
        if let Some(baton) = writer.pass(self) {
            Detached::new(writer.runtime(), baton.end()).await;
        }
    }

    /// Ends the group, tells its units, and passes the baton on. If the runtime goes away before
    /// that is done, so does the connection, and with it what is open.
    fn end(mut self) -> impl Future<Output = ()> + Send + use<> {
        let writer = Arc::clone(&self.writer);
        let parts = self.parts.take();
        let lost = Lost(Some(Arc::clone(&writer)));
        async move {
            let Some(mut parts) = parts else {
                return;
            };
            let is_sound = match &parts.line {
                Some(line) => parts.group.end(line).await,
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

impl Drop for Baton {
    fn drop(&mut self) {
        let Some(parts) = self.parts.take() else {
            return;
        };
        let writer = &self.writer;
        if let Some(baton) = writer.pass(Self::new(Arc::clone(writer), parts)) {
            writer.runtime().spawn(baton.end());
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
            drop(Baton::new(writer, Box::new(Parts::new(None))));
        }
    }
}
