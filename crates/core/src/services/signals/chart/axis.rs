//! The axis of time: where its ticks are, and the labels under them.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use entity::signals::Period;

use crate::services::signals::TimeRange;

/// The most ticks that have room for their labels.
const MOST: i64 = 10;

/// The months as people shorten them.
pub(super) const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A mark on the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tick {
    /// Where it is.
    pub(super) at: DateTime<Utc>,
    /// The label under it: an hour, a day, a month or a year.
    pub(super) label: String,
    /// The day, the month or the year that the label is part of, where a new one begins.
    pub(super) context: Option<String>,
}

/// How far the ticks are apart.
#[derive(Clone, Copy, Debug)]
enum Step {
    Hours(i64),
    Days(i64),
    /// From Monday.
    Weeks(i64),
    Months(u32),
    Years(u32),
}

const STEPS: [Step; 23] = [
    Step::Hours(1),
    Step::Hours(2),
    Step::Hours(3),
    Step::Hours(6),
    Step::Hours(12),
    Step::Days(1),
    Step::Days(2),
    Step::Weeks(1),
    Step::Weeks(2),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(2),
    Step::Years(5),
    Step::Years(10),
    Step::Years(20),
    Step::Years(50),
    Step::Years(100),
    Step::Years(200),
    Step::Years(500),
    Step::Years(1000),
];

/// The ticks of a range, at round hours, days, weeks, months or years: at most ten, and none
/// between the points of its period.
pub(super) fn ticks(range: TimeRange, period: Period) -> Vec<Tick> {
    let seconds = (range.to - range.from).num_seconds();
    let fits = |step: &Step| seconds / step.seconds() < MOST && step.is_for(period);
    let step = STEPS.into_iter().find(fits).unwrap_or(Step::Years(1000));
    let begin = step.floor(range.from);
    let instants = std::iter::successors(begin, |instant| step.after(*instant))
        .skip_while(|instant| *instant < range.from)
        .take_while(|instant| *instant <= range.to);
    let mut context = None;
    instants
        .map(|at| {
            let now = step.context(at);
            let is_new = now != context;
            context.clone_from(&now);
            Tick {
                at,
                label: step.label(at),
                context: now.filter(|_| is_new),
            }
        })
        .collect()
}

impl Step {
    /// About how long it is.
    fn seconds(self) -> i64 {
        const DAY: i64 = 24 * 3600;
        match self {
            Self::Hours(hours) => hours * 3600,
            Self::Days(days) => days * DAY,
            Self::Weeks(weeks) => weeks * 7 * DAY,
            Self::Months(months) => i64::from(months) * 30 * DAY,
            Self::Years(years) => i64::from(years) * 365 * DAY,
        }
    }

    fn is_for(self, period: Period) -> bool {
        period == Period::Hourly || !matches!(self, Self::Hours(_))
    }

    /// The last tick that is not after the instant.
    fn floor(self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let date = instant.date_naive();
        match self {
            Self::Hours(hours) => {
                let hour = i64::from(instant.hour());
                date.and_time(NaiveTime::MIN)
                    .and_utc()
                    .checked_add_signed(TimeDelta::hours(hour - hour % hours))
            }
            Self::Days(days) => midnight_before(date, i64::from(date.num_days_from_ce()) % days),
            Self::Weeks(weeks) => {
                // 1 January of the year 1 was a Monday.
                let days = i64::from(date.num_days_from_ce()) - 1;
                midnight_before(date, days.rem_euclid(7 * weeks))
            }
            Self::Months(months) => first_of(date.year(), date.month0() - date.month0() % months),
            Self::Years(years) => {
                let years = i32::try_from(years).unwrap_or(i32::MAX);
                first_of(date.year() - date.year().rem_euclid(years), 0)
            }
        }
    }

    fn after(self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Hours(_) | Self::Days(_) | Self::Weeks(_) => {
                instant.checked_add_signed(TimeDelta::seconds(self.seconds()))
            }
            Self::Months(months) => instant.checked_add_months(Months::new(months)),
            Self::Years(years) => instant.checked_add_months(Months::new(years * 12)),
        }
    }

    fn label(self, instant: DateTime<Utc>) -> String {
        match self {
            Self::Hours(_) => format!("{:02}:00", instant.hour()),
            Self::Days(_) | Self::Weeks(_) => instant.day().to_string(),
            Self::Months(_) => month(instant).to_owned(),
            Self::Years(_) => instant.year().to_string(),
        }
    }

    fn context(self, instant: DateTime<Utc>) -> Option<String> {
        match self {
            Self::Hours(_) => Some(day(instant)),
            Self::Days(_) | Self::Weeks(_) => {
                Some(format!("{} {}", month(instant), instant.year()))
            }
            Self::Months(_) => Some(instant.year().to_string()),
            Self::Years(_) => None,
        }
    }
}

/// `3 May 2026`
pub(super) fn day(instant: DateTime<Utc>) -> String {
    format!("{} {} {}", instant.day(), month(instant), instant.year())
}

fn month(instant: DateTime<Utc>) -> &'static str {
    let place = usize::try_from(instant.month0()).unwrap_or(0);
    MONTHS.get(place).copied().unwrap_or_default()
}

fn midnight_before(date: NaiveDate, days: i64) -> Option<DateTime<Utc>> {
    let midnight = date.and_time(NaiveTime::MIN).and_utc();
    midnight.checked_sub_signed(TimeDelta::days(days))
}

fn first_of(year: i32, month0: u32) -> Option<DateTime<Utc>> {
    let date = NaiveDate::from_ymd_opt(year, month0 + 1, 1)?;
    Some(date.and_time(NaiveTime::MIN).and_utc())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::services::signals::samples::at;

    fn shown(from: &str, to: &str, period: Period) -> String {
        let range = TimeRange {
            from: at(from),
            to: at(to),
        };
        let words = ticks(range, period).into_iter().map(|tick| {
            let context = tick
                .context
                .map_or_else(String::new, |it| format!(" ({it})"));
            format!("{}{context}", tick.label)
        });
        words.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn ticks_are_round_from_hours_to_centuries() {
        let (hourly, daily) = (Period::Hourly, Period::Daily);
        let all = [
            shown("2026-05-03T21:00:00Z", "2026-05-04T02:00:00Z", hourly),
            shown("2026-05-03T00:00:00Z", "2026-05-06T00:00:00Z", hourly),
            shown("2026-05-03T00:00:00Z", "2026-05-04T00:00:00Z", daily),
            shown("2026-04-28T00:00:00Z", "2026-05-12T00:00:00Z", daily),
            shown("2026-04-28T00:00:00Z", "2026-06-12T00:00:00Z", daily),
            shown("2026-02-01T00:00:00Z", "2026-08-31T00:00:00Z", daily),
            shown("2025-10-15T00:00:00Z", "2027-02-01T00:00:00Z", daily),
            shown("2020-01-01T00:00:00Z", "2026-06-01T00:00:00Z", daily),
            shown("1950-01-01T00:00:00Z", "2026-06-01T00:00:00Z", daily),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }

    proptest! {
        #[test]
        fn every_range_has_a_few_ticks_within_it(
            from in -10_000_000_000_i64..10_000_000_000,
            hours in 24_i64..1_000_000,
            hourly: bool,
        ) {
            let period = if hourly { Period::Hourly } else { Period::Daily };
            let from = DateTime::from_timestamp(from, 0).unwrap();
            let range = TimeRange { from, to: from + TimeDelta::hours(hours) }.whole(period);
            let ticks = ticks(range, period);
            prop_assert!((1..=11).contains(&ticks.len()), "{} ticks", ticks.len());
            prop_assert!(ticks.is_sorted_by(|a, b| a.at < b.at));
            prop_assert!(ticks.iter().all(|it| range.from <= it.at && it.at <= range.to));
        }
    }
}
