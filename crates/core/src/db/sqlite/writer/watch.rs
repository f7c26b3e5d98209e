//! Which unit holds the permit, and for how long.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::{guard::WriterGuard, queue::Writer};
use crate::db::metrics;

/// A unit that has the permit.
pub(super) struct Held {
    since: Instant,
    guard: Weak<WriterGuard>,
}

impl Held {
    pub(super) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }
}

impl Writer {
    pub(super) fn hold(&self, guard: &Arc<WriterGuard>) {
        let held = Held {
            since: Instant::now(),
            guard: Arc::downgrade(guard),
        };
        let mut queue = self.queue();
        queue.held = Some(held);
        if !queue.is_watched {
            queue.is_watched = true;
            self.watched.notify_one();
        }
    }

    /// How long the unit that has the permit may keep it; `None` when nobody has it.
    fn left(&self) -> Option<Duration> {
        let mut queue = self.queue();
        let left = queue
            .held
            .as_ref()
            .map(|held| self.unit_of_work_timeout.saturating_sub(held.elapsed()));
        queue.is_watched = left.is_some();
        left
    }

    /// The reason that a unit gets that had the permit too long.
    pub(super) fn too_long(&self) -> String {
        format!(
            "it was open for more than {} ms (database.unit_of_work_timeout_ms) and was rolled \
             back, so that others can write: do what takes time before you begin, and never begin \
             a second unit while the first is open",
            self.unit_of_work_timeout.as_millis()
        )
    }

    fn revoke_overdue(&self) {
        let overdue = self
            .queue()
            .held
            .take_if(|held| held.elapsed() >= self.unit_of_work_timeout);
        let guard = overdue.and_then(|held| held.guard.upgrade());
        if guard.is_some_and(|guard| guard.revoke(&self.too_long())) {
            metrics::unit_timed_out();
            let limit_ms = self.unit_of_work_timeout.as_millis();
            tracing::warn!(
                limit_ms,
                "a unit of work was open too long and was rolled back"
            );
        }
    }
}

/// Takes the permit from units that keep it longer than `database.unit_of_work_timeout_ms`, until
/// the writer is gone.
pub(super) async fn watch(writer: Weak<Writer>, watched: Arc<Notify>) {
    loop {
        // The writer can go while this waits.
        match writer.upgrade().map(|writer| writer.left()) {
            None => return,
            Some(None) => watched.notified().await,
            Some(Some(left)) => {
                tokio::time::sleep(left.max(Duration::from_millis(1))).await;
                if let Some(writer) = writer.upgrade() {
                    writer.revoke_overdue();
                }
            }
        }
    }
}
