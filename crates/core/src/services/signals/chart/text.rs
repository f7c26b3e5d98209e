//! The words and figures of a chart.

use std::fmt;

use chrono::{DateTime, Timelike, Utc};
use entity::signals::Period;

use super::axis::day;
use crate::services::signals::{TimeRange, columns::Column};

/// A text as it may stand in XML: markup is escaped, and what no XML document may hold (XML 1.0,
/// production 2) is replaced.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c if c.is_control() => f.write_char(' ')?,
                '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// The text, or its beginning if it is wider than `most` letters; wide scripts count twice.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let width = |c: char| if c < '\u{1100}' { 1 } else { 2 };
    if text.chars().map(width).sum::<usize>() <= most {
        return text.to_owned();
    }
    let mut room = most.saturating_sub(1);
    let fits = |c: &char| match room.checked_sub(width(*c)) {
        Some(rest) => {
            room = rest;
            true
        }
        None => false,
    };
    let beginning: String = text.chars().take_while(fits).collect();
    format!("{}…", beginning.trim_end())
}

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

/// What a column is about, for whoever points at it.
pub(super) fn told(column: &Column, period: Period) -> Option<String> {
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
    fn no_text_can_become_markup_or_break_a_document() {
        let hostile = "</title><script>&\"'\u{0}\u{1b}\u{ffff}é";
        assert_eq!(
            Escaped(hostile).to_string(),
            "&lt;/title&gt;&lt;script&gt;&amp;&quot;&#39;  \u{fffd}é"
        );
    }

    #[test]
    fn a_long_name_is_cut_and_a_short_one_is_not() {
        assert_eq!(shortened("Quillon 2", 9), "Quillon 2");
        assert_eq!(shortened("Quillon 2", 8), "Quillon…");
        assert_eq!(shortened("語語語語", 7), "語語語…");
        assert_eq!(shortened("", 0), "");
    }

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
