//! A unit's hold on the baton.
//!
//! Everything that a unit has under way lies in its lease, statements and open streams included; the
//! unit's futures only look at it. So the lease can be taken back at any time, also from a future
//! that is never polled again.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Waker,
    time::Instant,
};

use sea_orm::{DbErr, sqlx};
use tokio::sync::oneshot;

use super::{
    NotStored, Writer,
    baton::Baton,
    detached::Detached,
    group::{Committed, Doubt, Entry},
};
use crate::db::{failure, line::Parts};

/// A unit's hold on the baton.
pub(in crate::db) struct Lease {
    pub(super) writer: Arc<Writer>,
    pub(super) since: Instant,
    state: Mutex<State>,
}

pub(super) struct State {
    /// `None` when the unit is over.
    pub(super) baton: Option<Baton>,
    pub(super) running: Option<Running>,
    /// Who waits for its next part.
    pub(super) waker: Option<Waker>,
    /// The unit's first statement has run, and with it the entry before it.
    pub(super) has_entered: bool,
    pub(super) has_written: bool,
    /// Why the unit is over, if it did not end itself.
    pub(super) ended: Option<String>,
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
    pub(super) is_special: bool,
}

/// Why a unit was not stored.
pub(in crate::db) enum CommitFailed {
    /// The unit was over before.
    Ended,
    /// The shared commit did not take place, or failed.
    NotStored(NotStored),
    /// A deferred foreign key is not satisfied. The unit is still open, so that the key can be
    /// looked for; [`release`](Lease::release) takes it back.
    Refused(DbErr),
}

enum Finished {
    Joined(oneshot::Receiver<Result<(), NotStored>>),
    Refused(Baton, sqlx::Error),
}

impl Lease {
    pub(super) fn new(baton: Baton) -> Self {
        Self {
            writer: Arc::clone(baton.writer()),
            since: Instant::now(),
            state: Mutex::new(State {
                baton: Some(baton),
                running: None,
                waker: None,
                has_entered: false,
                has_written: false,
                ended: None,
            }),
        }
    }

    /// Why the unit is over, if it did not end itself.
    pub(in crate::db) fn ended(&self) -> Option<String> {
        self.state().ended.clone()
    }

    /// Stores the unit. A unit that has only read waits for those before it in its group, of which
    /// it may have seen something; that costs no flush of the disk.
    pub(in crate::db) async fn commit(&self) -> Result<(), CommitFailed> {
        let (baton, has_entered, has_written) = {
            let mut state = self.state();
            let baton = state.baton.take().ok_or(CommitFailed::Ended)?;
            (baton, state.has_entered, state.has_written)
        };
        if !has_entered {
            baton.pass_on().await;
            return Ok(());
        }
        let finish = Detached::new(self.writer.runtime(), finish(baton, has_written));
        match finish.await {
            Finished::Joined(answer) => match answer.await {
                Ok(outcome) => outcome.map_err(CommitFailed::NotStored),
                Err(_) => Err(CommitFailed::NotStored(NotStored::lost())),
            },
            Finished::Refused(baton, error) => {
                self.put_back(baton);
                Err(CommitFailed::Refused(failure::executed(error)))
            }
        }
    }

    /// Takes the unit back, and passes the baton on.
    pub(in crate::db) fn release(&self) {
        let mut state = self.state();
        self.give_up(&mut state);
        let has_entered = state.has_entered;
        if let Some(mut baton) = state.baton.take()
            && has_entered
            && let Some(parts) = baton.parts()
        {
            parts.group.undo();
        }
    }

    /// Takes the baton back from a unit that had it too long; false if it has let go of it.
    pub(super) fn revoke(&self, reason: &str) -> bool {
        {
            let mut state = self.state();
            if state.baton.is_none() {
                return false;
            }
            state.ended.get_or_insert_with(|| reason.to_owned());
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
        let doubt = Doubt {
            entry: running.entry.filter(|_| running.to_come > 0),
            until: self.since + self.writer.limit,
        };
        if let Some(parts) = state.baton.as_mut().and_then(Baton::parts) {
            parts.group.doubt(doubt);
        }
    }

    /// Takes the baton out of the lease for a while. Whoever drops it then ends the unit.
    pub(super) fn take_out(&self) -> Option<Baton> {
        let mut state = self.state();
        let mut baton = state.baton.take()?;
        if state.has_entered
            && let Some(parts) = baton.parts()
        {
            parts.group.undo();
        }
        Some(baton)
    }

    /// Puts the baton back, unless the unit's time is over.
    pub(super) fn put_back(&self, mut baton: Baton) {
        let is_overdue = self.since.elapsed() >= self.writer.limit;
        {
            let mut state = self.state();
            if state.has_entered
                && let Some(parts) = baton.parts()
            {
                parts.group.keep();
            }
            state.baton = Some(baton);
        }
        if is_overdue {
            self.revoke(&self.writer.too_long());
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.release();
    }
}

/// Lets a unit join those that wait for the commit. Where a deferred foreign key may be at stake,
/// which only the `COMMIT` itself tells, it is run at once, so that only this unit is refused.
async fn finish(mut baton: Baton, has_written: bool) -> Finished {
    let (told, answer) = oneshot::channel();
    let may_be_refused = has_written && baton.may_defer().await;
    if let Some(parts) = baton.parts() {
        parts.group.join(told);
        if may_be_refused
            && let Some(line) = parts.line.clone()
            && let Committed::Refused(error) = parts.group.commit(&line).await
        {
            return Finished::Refused(baton, error);
        }
    }
    baton.pass_on().await;
    Finished::Joined(answer)
}
