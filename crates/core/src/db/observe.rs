//! What is logged about statements: a span for each, and an event for a slow one. Values are never
//! logged, neither those that are bound nor those within the text.

use std::time::{Duration, Instant};

use sea_orm::DbErr;
use tracing::{Instrument as _, field::Empty};

use super::{metrics, sql};

/// Watches statements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Observer {
    /// `database.slow_statement_ms`.
    slow: Duration,
}

impl Observer {
    pub(super) fn new(slow: Duration) -> Self {
        Self { slow }
    }

    /// Runs a statement in a span of its own.
    pub(super) async fn statement<T>(
        &self,
        text: &str,
        run: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        let span = tracing::debug_span!("statement", summary = Empty, duration_ms = Empty);
        if !span.is_disabled() {
            span.record("summary", sql::summary(text));
        }
        let started = Instant::now();
        let result = run.instrument(span.clone()).await;
        let duration = started.elapsed();
        let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        span.record("duration_ms", duration_ms);
        if duration >= self.slow {
            metrics::slow_statement();
            tracing::warn!(
                duration_ms,
                summary = sql::summary(text),
                sql = sql::masked(text),
                "slow statement"
            );
        }
        result
    }
}
