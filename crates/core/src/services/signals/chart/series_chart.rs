//! The chart of one series.

use entity::signals::Period;

use super::svg;
use crate::services::signals::{Point, TimeRange, columns::columns};

/// The most columns: they are at least two units apart.
pub(super) const MOST_COLUMNS: usize = 420;

/// A chart of one series.
#[derive(Clone, Copy, Debug)]
pub struct Chart<'a> {
    /// What it is about: a name.
    pub title: &'a str,
    /// The period of the points.
    pub period: Period,
    /// What the axis of time shows, extended to whole hours or days.
    pub range: TimeRange,
    /// The points, in the order of time.
    pub points: &'a [Point],
}

impl Chart<'_> {
    /// The chart as an SVG document.
    #[must_use]
    pub fn svg(&self) -> String {
        let range = self.range.whole(self.period);
        let columns = columns(self.points, range, self.period, MOST_COLUMNS);
        svg::render(self.title, self.period, range, &columns)
    }
}
