//! A unit's hold on the permit.
//!
//! Everything that a unit has under way is in its guard, statements and open streams included; the
//! unit's futures only look at it. So the guard can be taken back at any time, also from a future
//! that is never polled again.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Waker,
    time::Instant,
};

use sea_orm::{DbErr, sqlx};
use tokio::sync::oneshot;

use super::{
    detached::Detached,
    group::{Committed, Entry, InDoubt, NotStored},
    permit::WriterPermit,
    queue::Writer,
};
use crate::db::{failure, sqlite::connection::Parts};

/// A unit's hold on the permit.
pub(in crate::db) struct WriterGuard {
    pub(super) writer: Arc<Writer>,
    pub(super) since: Instant,
    state: Mutex<State>,
}

pub(super) struct State {
    /// `None` when the unit is over.
    pub(super) permit: Option<WriterPermit>,
    pub(super) running: Option<Running>,
    /// The task that waits for its next part.
    pub(super) waker: Option<Waker>,
    /// The unit's first statement has run, and with it the entry before it.
    pub(super) has_entered: bool,
    pub(super) has_written: bool,
    /// Why the unit is over, if it did not end itself.
    pub(super) ended: Option<String>,
    /// It had the permit too long.
    pub(super) is_overdue: bool,
}

/// A text of statements that is under way.
pub(super) struct Running {
    pub(super) parts: Parts,
    pub(super) entry: Option<Entry>,
    /// How many statements of the entry are still to come.
    pub(super) to_come: usize,
    /// How many transactions had ended before.
    pub(super) ended: u64,
    /// It may change more than rows.
    pub(super) has_side_effects: bool,
}

/// Why a unit was not stored.
pub(in crate::db) enum CommitFailed {
    /// The unit was over before.
    Ended,
    /// The shared commit did not take place, or failed.
    NotStored(NotStored),
    /// A deferred foreign key is not satisfied. The unit is still open, so that the key can be
    /// looked for; [`release`](WriterGuard::release) takes it back.
    Refused(DbErr),
}

enum Finished {
    Joined(oneshot::Receiver<Result<(), NotStored>>),
    Refused(WriterPermit, sqlx::Error),
}

impl WriterGuard {
    pub(super) fn new(permit: WriterPermit) -> Self {
        Self {
            writer: Arc::clone(permit.writer()),
            since: Instant::now(),
            state: Mutex::new(State {
                permit: Some(permit),
                running: None,
                waker: None,
                has_entered: false,
                has_written: false,
                ended: None,
                is_overdue: false,
            }),
        }
    }

    /// Why the unit is over, if it did not end itself.
    pub(in crate::db) fn ended(&self) -> Option<String> {
        self.state().ended.clone()
    }

    /// Whether the permit was taken back from the unit because it had it too long.
    pub(in crate::db) fn is_overdue(&self) -> bool {
        self.state().is_overdue
    }

    /// Stores the unit. A unit that has only read waits for those before it in its group, of which
    /// it may have seen something; that costs no flush of the disk.
    pub(in crate::db) async fn commit(&self) -> Result<(), CommitFailed> {
        let (permit, has_entered, has_written) = {
            let mut state = self.state();
            let permit = state.permit.take().ok_or(CommitFailed::Ended)?;
            (permit, state.has_entered, state.has_written)
        };
        if !has_entered {
            permit.pass_on().await;
            return Ok(());
        }
        let finish = Detached::new(self.writer.runtime(), finish(permit, has_written));
        match finish.await {
            Finished::Joined(answer) => match answer.await {
                Ok(outcome) => outcome.map_err(CommitFailed::NotStored),
                Err(_) => Err(CommitFailed::NotStored(NotStored::lost())),
            },
            Finished::Refused(permit, error) => {
                self.put_back(permit);
                Err(CommitFailed::Refused(failure::executed(error)))
            }
        }
    }

    /// Takes the unit back, and passes the permit on.
    pub(in crate::db) fn release(&self) {
        let mut state = self.state();
        self.give_up(&mut state);
        let has_entered = state.has_entered;
        if let Some(mut permit) = state.permit.take()
            && has_entered
            && let Some(parts) = permit.parts()
        {
            parts.group.undo();
        }
    }

    /// Takes the permit back from a unit that had it too long; false if it has let go of it.
    pub(super) fn revoke(&self, reason: &str) -> bool {
        {
            let mut state = self.state();
            if state.permit.is_none() {
                return false;
            }
            state.ended.get_or_insert_with(|| reason.to_owned());
            state.is_overdue = true;
        }
        self.release();
        if let Some(waker) = self.state().waker.take() {
            waker.wake();
        }
        true
    }

    /// Gives the statement up that is under way.
    pub(super) fn give_up(&self, state: &mut State) {
        let Some(running) = state.running.take() else {
            return;
        };
        let in_doubt = InDoubt {
            entry: running.entry.filter(|_| running.to_come > 0),
            until: self.since + self.writer.unit_of_work_timeout,
        };
        if let Some(parts) = state.permit.as_mut().and_then(WriterPermit::parts) {
            parts.group.set_in_doubt(in_doubt);
        }
    }

    /// Takes the permit out of the guard for a while. Dropping it then ends the unit.
    pub(super) fn take_out(&self) -> Option<WriterPermit> {
        let mut state = self.state();
        let mut permit = state.permit.take()?;
        if state.has_entered
            && let Some(parts) = permit.parts()
        {
            parts.group.undo();
        }
        Some(permit)
    }

    /// Puts the permit back, unless the unit's time is over.
    pub(super) fn put_back(&self, mut permit: WriterPermit) {
        let is_overdue = self.since.elapsed() >= self.writer.unit_of_work_timeout;
        {
            let mut state = self.state();
            if state.has_entered
                && let Some(parts) = permit.parts()
            {
                parts.group.keep();
            }
            state.permit = Some(permit);
        }
        if is_overdue {
            self.revoke(&self.writer.too_long());
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for WriterGuard {
    fn drop(&mut self) {
        self.release();
    }
}

/// Lets a unit join those that wait for the commit. Where a deferred foreign key may be at stake,
/// which only the `COMMIT` itself shows, it is run at once, so that only this unit is refused.
async fn finish(mut permit: WriterPermit, has_written: bool) -> Finished {
    let (acknowledge, answer) = oneshot::channel();
    let may_be_refused = has_written && permit.may_defer().await;
    if let Some(parts) = permit.parts() {
        parts.group.join(acknowledge);
        if may_be_refused
            && let Some(connection) = parts.connection.clone()
            && let Committed::Refused(error) = parts.group.commit(&connection).await
        {
            return Finished::Refused(permit, error);
        }
    }
    permit.pass_on().await;
    Finished::Joined(answer)
}
