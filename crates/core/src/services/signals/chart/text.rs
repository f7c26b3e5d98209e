//! The words and figures of a chart.

use chrono::{DateTime, Timelike, Utc};
use entity::signals::Period;

use super::axis::day;
use crate::services::signals::{TimeRange, columns::Column};

/// `+0.25`, `−0.10`, `0.00`: with a sign that is as wide as a plus.
pub(super) fn score(score: f64) -> String {
    let figures = format!("{:.2}", score.abs());
    match figures.as_str() {
        "0.00" => figures,
        _ if score < 0.0 => format!("\u{2212}{figures}"),
        _ => format!("+{figures}"),
    }
}

/// `1 article`, `1,204 articles`.
pub(super) fn articles(count: i64) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} article{ending}", grouped(count))
}

/// `1,204`
pub(super) fn grouped(count: i64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// From the first to the last day or hour: `3 May 2026`, `3 May 2026 to 8 Jun 2026`,
/// `3 May 2026, 10:00 to 12:00`.
pub(super) fn span(range: TimeRange, period: Period) -> String {
    match period {
        Period::Daily => {
            let last = day(range.to - chrono::TimeDelta::seconds(1));
            let first = day(range.from);
            match first == last {
                true => first,
                false => format!("{first} to {last}"),
            }
        }
        Period::Hourly if day(range.from) == day(range.to) => {
            format!(
                "{}, {} to {}",
                day(range.from),
                hour(range.from),
                hour(range.to)
            )
        }
        Period::Hourly => format!(
            "{}, {} to {}, {}",
            day(range.from),
            hour(range.from),
            day(range.to),
            hour(range.to)
        ),
    }
}

fn hour(instant: DateTime<Utc>) -> String {
    format!("{:02}:00", instant.hour())
}

/// What a column is about, for those who point at it.
pub(super) fn figures(column: &Column, period: Period) -> Option<String> {
    let scores = column.scores?;
    let range = TimeRange {
        from: column.from,
        to: column.to,
    };
    Some(format!(
        "{}: mean {}, from {} to {}, {}",
        span(range, period),
        score(scores.mean),
        score(scores.min),
        score(scores.max),
        articles(scores.article_count)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::signals::samples::at;

    #[test]
    fn figures_read_well() {
        assert_eq!(score(-0.104), "\u{2212}0.10");
        assert_eq!(score(-0.004), "0.00");
        assert_eq!(score(1.0), "+1.00");
        assert_eq!(articles(1), "1 article");
        assert_eq!(articles(1_204_000), "1,204,000 articles");
    }

    #[test]
    fn spans_name_the_last_day_and_the_last_hour() {
        let range = |from, to| TimeRange {
            from: at(from),
            to: at(to),
        };
        let one = range("2026-05-03T00:00:00Z", "2026-05-04T00:00:00Z");
        assert_eq!(span(one, Period::Daily), "3 May 2026");
        assert_eq!(
            span(one, Period::Hourly),
            "3 May 2026, 00:00 to 4 May 2026, 00:00"
        );
        let more = range("2026-05-03T10:00:00Z", "2026-05-03T12:00:00Z");
        assert_eq!(span(more, Period::Hourly), "3 May 2026, 10:00 to 12:00");
        let most = range("2025-12-30T00:00:00Z", "2026-01-02T00:00:00Z");
        assert_eq!(span(most, Period::Daily), "30 Dec 2025 to 1 Jan 2026");
    }
}
