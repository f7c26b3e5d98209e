//! A series in a bounded number of columns: what a chart or a line of characters can show.

use chrono::{DateTime, Utc};
use entity::signals::Period;

use super::{
    Point, Scores, TimeRange,
    range::{floor, step},
};

/// One or more neighbouring hours or days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Column {
    /// Where it begins.
    pub(super) from: DateTime<Utc>,
    /// Where it ends.
    pub(super) to: DateTime<Utc>,
    /// What its articles give together; `None` without any.
    pub(super) scores: Option<Scores>,
}

/// The range, which is extended to whole hours or days, in columns of the same number of them:
/// as few of them as give at most `most` columns. Points outside the range are left out.
pub(super) fn columns(
    points: &[Point],
    range: TimeRange,
    period: Period,
    most: usize,
) -> Vec<Column> {
    let range = range.whole(period);
    let all = usize::try_from(range.count(period)).unwrap_or(0);
    let each = all.div_ceil(most.max(1)).max(1);
    let length = step(period) * i32::try_from(each).unwrap_or(i32::MAX);
    let mut parts: Vec<Vec<Scores>> = vec![Vec::new(); all.div_ceil(each)];
    for point in points.iter().filter(|point| point.starts_at < range.to) {
        let place = (floor(period, point.starts_at) - range.from).num_seconds();
        let place = usize::try_from(place.div_euclid(length.num_seconds()));
        let column = place.ok().and_then(|place| parts.get_mut(place));
        if let (Some(column), Some(scores)) = (column, point.scores) {
            column.push(scores);
        }
    }
    let starts = std::iter::successors(Some(range.from), |from| from.checked_add_signed(length));
    let column = |(from, parts): (DateTime<Utc>, Vec<Scores>)| Column {
        from,
        to: from
            .checked_add_signed(length)
            .map_or(range.to, |to| to.min(range.to)),
        scores: Scores::pooled(parts),
    };
    starts.zip(parts).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::signals::samples::{at, point};

    #[test]
    fn neighbours_are_pooled_where_there_are_too_many() {
        let range = TimeRange {
            from: at("2026-05-01T00:00:00Z"),
            to: at("2026-05-01T05:00:00Z"),
        };
        let points = [
            point("2026-05-01T00:00:00Z", 0.5, 3),
            point("2026-05-01T01:00:00Z", -0.5, 1),
            point("2026-05-01T04:00:00Z", 0.1, 1),
            point("2026-05-01T05:00:00Z", 1.0, 1),
        ];
        let columns = columns(&points, range, Period::Hourly, 3);
        let means: Vec<_> = columns.iter().map(|c| c.scores.map(|s| s.mean)).collect();
        assert_eq!(means, [Some(0.25), None, Some(0.1)]);
        assert_eq!(columns[2].to, range.to, "the last column is cut at the end");
    }
}
