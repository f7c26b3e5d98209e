use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn a_day_is_part_of_the_range_that_ends_with_it() {
    let day: Moment = "2026-05-31".parse().unwrap();
    assert_eq!(day.beginning(), at("2026-05-31T00:00:00Z"));
    assert_eq!(day.end(), at("2026-06-01T00:00:00Z"));
    let instant: Moment = "2026-05-31T14:30:00+02:00".parse().unwrap();
    assert_eq!(instant.beginning(), at("2026-05-31T12:30:00Z"));
    assert_eq!(instant.end(), instant.beginning());
}

#[test]
fn a_wrong_moment_says_what_is_wrong_with_it() {
    use InvalidMoment::{Calendar, Offset, Shape};
    for (text, fault) in [
        ("", Shape),
        ("yesterday", Shape),
        ("2026-5-31", Shape),
        ("31.05.2026", Shape),
        ("2026-02-30", Calendar),
        ("0000-01-01", Calendar),
        ("9999-01-01", Calendar),
        ("2026-05-31T25:00:00Z", Calendar),
        ("2026-05-31T14:00:00", Offset),
        ("2026-05-31T14:00:00.5", Offset),
        ("2026-05-31T14:00:00 02:00", Offset),
        ("2026-05-31Tä4:00:00Zäöü", Shape),
    ] {
        assert_eq!(text.parse::<Moment>(), Err(fault), "{text:?}");
    }
}

#[test]
fn windows_are_whole_hours() {
    for (text, hours, again) in [
        ("1h", 1, "1h"),
        ("36h", 36, "36h"),
        ("48h", 48, "2d"),
        ("7d", 168, "7d"),
        ("2w", 336, "14d"),
    ] {
        let window: Window = text.parse().unwrap();
        assert_eq!(window.length(), TimeDelta::hours(hours));
        assert_eq!(window.to_string(), again);
    }
    for text in [
        "",
        "7",
        "d",
        "0d",
        "-1d",
        "1.5h",
        "7days",
        "7é",
        "3661d",
        "4294967295w",
    ] {
        assert_eq!(text.parse::<Window>(), Err(InvalidWindow), "{text:?}");
    }
}

#[test]
fn only_what_begins_in_a_range_counts() {
    let range = TimeRange {
        from: at("2026-05-01T10:30:00Z"),
        to: at("2026-05-01T13:00:00Z"),
    };
    let starts: Vec<_> = range.starts(Period::Hourly).collect();
    assert_eq!(
        starts,
        [at("2026-05-01T11:00:00Z"), at("2026-05-01T12:00:00Z")]
    );
    assert_eq!(range.count(Period::Hourly), 2);
    assert_eq!(range.count(Period::Daily), 0);
    assert_eq!(range.whole(Period::Hourly).count(Period::Hourly), 3);
    assert_eq!(range.whole(Period::Daily).count(Period::Daily), 1);
}

#[test]
fn hours_and_days_before_1970_begin_where_they_should() {
    let instant = at("1969-12-31T23:59:59.5Z");
    assert_eq!(floor(Period::Hourly, instant), at("1969-12-31T23:00:00Z"));
    assert_eq!(floor(Period::Daily, instant), at("1969-12-31T00:00:00Z"));
    assert_eq!(ceil(Period::Daily, instant), at("1970-01-01T00:00:00Z"));
}
