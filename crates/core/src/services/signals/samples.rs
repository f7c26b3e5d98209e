//! Points for tests.

use chrono::{DateTime, Utc};

use super::{Point, Scores};

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Articles that spread a little around their mean.
pub(super) fn point(starts_at: &str, mean: f64, article_count: i64) -> Point {
    let scores = Scores {
        mean,
        min: (mean - 0.2).max(-1.0),
        max: (mean + 0.25).min(1.0),
        std: 0.1,
        article_count,
    };
    Point {
        starts_at: at(starts_at),
        scores: Some(scores),
    }
}
