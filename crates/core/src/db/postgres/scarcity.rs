//! What a pool knows about a server that allows fewer connections than were wished for.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::sqlx;

use super::server::Purpose;
use crate::db::metrics;

/// How long to work with what there is before another connection is tried.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// How many connections were wished for, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// As many as the settings say.
    pub wished: usize,
    /// As many as the server has given.
    pub allowed: usize,
    /// The server's words.
    pub reason: String,
}

#[derive(Default)]
pub(super) struct Scarcity(Mutex<State>);

#[derive(Default)]
struct State {
    /// Permits that were taken out of the pool.
    withheld: usize,
    /// When the server last refused a connection.
    refused: Option<Instant>,
    /// When another connection was last tried, or refused.
    last: Option<Instant>,
    /// What it said then; `None` once the pool has all that it may.
    reason: Option<String>,
}

impl Scarcity {
    /// Notes that the server has refused a connection. It is logged once, until there are as many as
    /// were wished for.
    pub(super) fn refused(&self, error: &sqlx::Error, purpose: Purpose) {
        metrics::connection_refused();
        let mut state = self.state();
        let now = Some(Instant::now());
        (state.refused, state.last) = (now, now);
        if state.reason.is_none() {
            tracing::warn!(
                %error,
                ?purpose,
                "PostgreSQL allows fewer connections than database.max_connections; working with \
                 those that there are"
            );
        }
        state.reason = Some(error.to_string());
    }

    /// Notes that a permit was taken out of the pool.
    pub(super) fn withheld(&self) {
        self.state().withheld += 1;
    }

    /// How many permits to put back, because it is time to try another connection.
    pub(super) fn try_again(&self) -> usize {
        let is_past =
            |then: Option<Instant>| then.is_some_and(|then| then.elapsed() >= TRY_AGAIN_AFTER);
        let mut state = self.state();
        if state.withheld == 0 {
            if is_past(state.refused) && state.reason.take().is_some() {
                tracing::info!("PostgreSQL allows as many connections again as are needed");
            }
            return 0;
        }
        if !is_past(state.last) {
            return 0;
        }
        state.last = Some(Instant::now());
        state.withheld -= 1;
        1
    }

    /// How many permits to put back, because a connection could be opened.
    pub(super) fn opened(&self) -> usize {
        let mut state = self.state();
        let has_withheld = state.withheld > 0;
        state.withheld = state.withheld.saturating_sub(1);
        usize::from(has_withheld)
    }

    /// How many connections there may be at present.
    pub(super) fn left_of(&self, most: usize) -> usize {
        most.saturating_sub(self.state().withheld)
    }

    pub(super) fn limits(&self, most: usize) -> Option<Limits> {
        let state = self.state();
        Some(Limits {
            wished: most,
            allowed: most.saturating_sub(state.withheld),
            reason: state.reason.clone()?,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
