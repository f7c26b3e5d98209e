//! What a rollup did, and how it inserts points.

use serde::Serialize;

/// Ends an insertion of points: those that are there give way.
pub(super) const IN_PLACE: &str = "ON CONFLICT (tracked_entity_id, period, starts_at) DO UPDATE
SET mean = excluded.mean, min = excluded.min, max = excluded.max, std = excluded.std,
    article_count = excluded.article_count";

/// What a rollup did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RolledUp {
    /// How many hours of an entity were computed anew.
    pub hours: u64,
    /// How many days of an entity were computed anew.
    pub days: u64,
}

impl RolledUp {
    /// This, and what else was done.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            hours: self.hours + other.hours,
            days: self.days + other.days,
        }
    }
}

/// What one unit of a rollup did.
pub(super) struct Part {
    pub(super) done: RolledUp,
    /// Nothing stale is left.
    pub(super) is_last: bool,
}
