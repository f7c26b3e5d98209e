//! Where things are on the chart, in units of the SVG.

use chrono::{DateTime, Utc};

use crate::services::signals::TimeRange;

pub(super) const WIDTH: f64 = 960.0;
pub(super) const HEIGHT: f64 = 420.0;
/// The area of the plot.
pub(super) const LEFT: f64 = 60.0;
pub(super) const RIGHT: f64 = 896.0;
/// Where scores are 1 and -1.
pub(super) const TOP: f64 = 88.0;
pub(super) const BOTTOM: f64 = 288.0;
/// The area of the bars.
pub(super) const BARS_TOP: f64 = 312.0;
pub(super) const BARS_BOTTOM: f64 = 364.0;

/// From instants to places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    range: TimeRange,
}

impl Scale {
    pub(super) fn new(range: TimeRange) -> Self {
        Self { range }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a range has fewer than 2^53 seconds"
    )]
    pub(super) fn x(self, instant: DateTime<Utc>) -> f64 {
        let TimeRange { from, to } = self.range;
        let length = (to - from).num_seconds().max(1) as f64;
        LEFT + (instant - from).num_seconds() as f64 / length * (RIGHT - LEFT)
    }
}

/// The height of a score.
pub(super) fn y(score: f64) -> f64 {
    BOTTOM - (score.clamp(-1.0, 1.0) + 1.0) / 2.0 * (BOTTOM - TOP)
}

/// The least of 1, 2, 5, 10, 20, 50 … that is not below the count: where the axis of the bars ends.
pub(super) fn round_above(count: i64) -> i64 {
    let mut magnitude: i64 = 1;
    loop {
        for first in [1, 2, 5] {
            let round = magnitude.saturating_mul(first);
            if round >= count || round == i64::MAX {
                return round;
            }
        }
        magnitude = magnitude.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_of_the_bars_ends_at_a_round_number() {
        for (count, round) in [
            (0, 1),
            (1, 1),
            (3, 5),
            (5, 5),
            (6, 10),
            (11, 20),
            (501, 1000),
        ] {
            assert_eq!(round_above(count), round);
        }
        assert_eq!(round_above(i64::MAX), i64::MAX);
    }
}
