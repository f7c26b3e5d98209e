//! A series in one line of text.

use entity::signals::Period;

use super::{Point, TimeRange, columns::columns};

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The means of the points as blocks, the least the lowest and the greatest the highest, in at most
/// `width` characters; a gap is a blank.
///
/// ```
/// use groundwork_core::services::signals::{Period, Point, Scores, TimeRange, sparkline};
///
/// let at = |hour: u32| format!("2026-05-01T{hour:02}:00:00Z").parse();
/// let mut points = Vec::new();
/// for (hour, mean) in [(0, -0.2), (1, 0.1), (3, 0.5)] {
///     let scores = Scores { mean, min: mean, max: mean, std: 0.0, article_count: 1 };
///     points.push(Point { starts_at: at(hour)?, scores: Some(scores) });
/// }
/// let range = TimeRange { from: at(0)?, to: at(4)? };
/// assert_eq!(sparkline(&points, range, Period::Hourly, 60), "▁▄ █");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn sparkline(points: &[Point], range: TimeRange, period: Period, width: usize) -> String {
    let means: Vec<Option<f64>> = columns(points, range, period, width)
        .iter()
        .map(|column| column.scores.map(|scores| scores.mean))
        .collect();
    let least = means
        .iter()
        .flatten()
        .copied()
        .fold(f64::INFINITY, f64::min);
    let greatest = means
        .iter()
        .flatten()
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    let block = |mean: f64| {
        let height = (mean - least) / (greatest - least);
        match height.is_finite() {
            true => BLOCKS[place(height)],
            // All are the same.
            false => BLOCKS[3],
        }
    };
    means.iter().map(|mean| mean.map_or(' ', block)).collect()
}

/// The place among the blocks of a height from 0 to 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is within 0 to 7"
)]
fn place(height: f64) -> usize {
    (height * 7.0).round().clamp(0.0, 7.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::signals::samples::{at, point};

    #[test]
    fn equal_means_give_a_level_line_and_no_points_a_blank_one() {
        let range = TimeRange {
            from: at("2026-05-01T00:00:00Z"),
            to: at("2026-05-04T00:00:00Z"),
        };
        let points = [
            point("2026-05-01T00:00:00Z", 0.3, 1),
            point("2026-05-03T00:00:00Z", 0.3, 1),
        ];
        assert_eq!(sparkline(&points, range, Period::Daily, 60), "▄ ▄");
        assert_eq!(sparkline(&[], range, Period::Daily, 60), "   ");
        assert_eq!(
            sparkline(&points, range, Period::Daily, 0).chars().count(),
            1
        );
    }
}
