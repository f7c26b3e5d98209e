//! Ranges of time: how people name their ends, and the hours and days within.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use entity::signals::Period;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The years that a moment may be in: their dates sort as their texts do.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9998;

/// The longest [`Window`]: ten years.
const LONGEST_WINDOW: TimeDelta = TimeDelta::days(3660);

/// One end of a range as people name it: a whole day in UTC, such as `2026-05-31`, or an instant
/// (RFC 3339), such as `2026-05-31T14:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Moment {
    /// A day in UTC.
    Day(NaiveDate),
    /// An instant.
    Instant(DateTime<Utc>),
}

impl Moment {
    /// Where a range that begins with this begins.
    #[must_use]
    pub fn beginning(self) -> DateTime<Utc> {
        match self {
            Self::Day(day) => day.and_time(NaiveTime::MIN).and_utc(),
            Self::Instant(instant) => instant,
        }
    }

    /// Where a range that ends with this ends: a day is part of it to its last second.
    #[must_use]
    pub fn end(self) -> DateTime<Utc> {
        match self {
            Self::Day(_) => self.beginning() + TimeDelta::days(1),
            Self::Instant(instant) => instant,
        }
    }
}

/// A text is neither a day nor an instant. `Display` continues a sentence that names the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMoment {
    /// Not of either shape.
    #[error("must be a day such as 2026-05-31 or an instant such as 2026-05-31T14:00:00Z")]
    Shape,
    /// A date and a time, but not relative to what.
    #[error("must say its offset from UTC, such as Z or +02:00 (in a URL: %2B02:00)")]
    Offset,
    /// Of the right shape, but in no calendar.
    #[error("is not in the calendar")]
    Calendar,
}

impl FromStr for Moment {
    type Err = InvalidMoment;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let moment = if has_shape(text, b"dddd-dd-dd") {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d");
            Self::Day(day.map_err(|_| InvalidMoment::Calendar)?)
        } else {
            let instant = DateTime::parse_from_rfc3339(text).map_err(|_| fault_of(text))?;
            Self::Instant(instant.to_utc())
        };
        match YEARS.contains(&moment.beginning().year()) {
            true => Ok(moment),
            false => Err(InvalidMoment::Calendar),
        }
    }
}

impl TryFrom<String> for Moment {
    type Error = InvalidMoment;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Why a text that is no day is no instant.
fn fault_of(text: &str) -> InvalidMoment {
    let Some((date_and_time, rest)) = text.as_bytes().split_at_checked(19) else {
        return InvalidMoment::Shape;
    };
    let is_time = [
        "dddd-dd-ddTdd:dd:dd",
        "dddd-dd-ddtdd:dd:dd",
        "dddd-dd-dd dd:dd:dd",
    ]
    .iter()
    .any(|shape| has_shape(&String::from_utf8_lossy(date_and_time), shape.as_bytes()));
    let fraction = rest
        .iter()
        .take_while(|byte| matches!(byte, b'.' | b'0'..=b'9'));
    match (is_time, rest.get(fraction.count())) {
        (false, _) => InvalidMoment::Shape,
        (true, Some(b'Z' | b'z' | b'+' | b'-')) => InvalidMoment::Calendar,
        (true, _) => InvalidMoment::Offset,
    }
}

/// Whether the text has a digit wherever the shape has a `d`, and elsewhere what the shape has.
fn has_shape(text: &str, shape: &[u8]) -> bool {
    text.len() == shape.len()
        && (text.bytes().zip(shape)).all(|(byte, expected)| match expected {
            b'd' => byte.is_ascii_digit(),
            other => byte == *other,
        })
}

/// A length of time as people name it, in whole hours: `36h`, `7d`, `2w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Window(TimeDelta);

impl Window {
    /// Seven days.
    pub const WEEK: Self = Self(TimeDelta::days(7));

    /// How long it is.
    #[must_use]
    pub fn length(self) -> TimeDelta {
        self.0
    }

    /// The period whose points make it up: days if it is made of whole ones.
    #[must_use]
    pub fn period(self) -> Period {
        match self.0.num_hours() % 24 {
            0 => Period::Daily,
            _ => Period::Hourly,
        }
    }
}

/// A text is no length of time. `Display` continues a sentence that names the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a number of hours, days or weeks up to ten years, such as 36h, 7d or 2w")]
pub struct InvalidWindow;

impl FromStr for Window {
    type Err = InvalidWindow;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let hours = match text.as_bytes().last() {
            Some(b'h') => 1,
            Some(b'd') => 24,
            Some(b'w') => 7 * 24,
            _ => return Err(InvalidWindow),
        };
        let number: u32 = text[..text.len() - 1].parse().map_err(|_| InvalidWindow)?;
        TimeDelta::try_hours(i64::from(number) * hours)
            .filter(|length| (TimeDelta::hours(1)..=LONGEST_WINDOW).contains(length))
            .map(Self)
            .ok_or(InvalidWindow)
    }
}

impl TryFrom<String> for Window {
    type Error = InvalidWindow;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = self.0.num_hours();
        match hours % 24 {
            0 => write!(f, "{}d", hours / 24),
            _ => write!(f, "{hours}h"),
        }
    }
}

/// From an instant to another; the first is part of it, the last is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimeRange {
    /// Where it begins.
    pub from: DateTime<Utc>,
    /// Where it ends.
    pub to: DateTime<Utc>,
}

impl TimeRange {
    /// The smallest range of whole hours or days that holds this one.
    #[must_use]
    pub fn whole(self, period: Period) -> Self {
        Self {
            from: floor(period, self.from),
            to: ceil(period, self.to),
        }
    }

    /// How many hours or days begin in it.
    #[must_use]
    pub fn count(self, period: Period) -> i64 {
        let length = ceil(period, self.to) - ceil(period, self.from);
        (length.num_seconds() / step(period).num_seconds()).max(0)
    }

    /// The beginnings of the hours or days that begin in it.
    pub fn starts(self, period: Period) -> impl Iterator<Item = DateTime<Utc>> {
        let first = ceil(period, self.from);
        let next = move |start: &DateTime<Utc>| start.checked_add_signed(step(period));
        std::iter::successors(Some(first), next).take_while(move |start| *start < self.to)
    }
}

/// How long an hour or a day is.
#[must_use]
pub fn step(period: Period) -> TimeDelta {
    match period {
        Period::Hourly => TimeDelta::hours(1),
        Period::Daily => TimeDelta::days(1),
    }
}

/// The beginning of the hour or day (UTC) that holds the instant.
#[must_use]
pub fn floor(period: Period, instant: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = instant.timestamp();
    let start = seconds - seconds.rem_euclid(step(period).num_seconds());
    DateTime::from_timestamp(start, 0).unwrap_or(instant)
}

/// The first beginning of an hour or day (UTC) that is not before the instant.
#[must_use]
pub fn ceil(period: Period, instant: DateTime<Utc>) -> DateTime<Utc> {
    let start = floor(period, instant);
    match start == instant {
        true => start,
        false => start.checked_add_signed(step(period)).unwrap_or(start),
    }
}

#[cfg(test)]
mod tests;
