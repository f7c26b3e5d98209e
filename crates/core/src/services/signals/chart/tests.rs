use chrono::TimeDelta;
use entity::signals::Period;

use super::series_chart::{Chart, MOST_COLUMNS};
use crate::services::signals::{
    Point, Scores, TimeRange,
    samples::{at, point},
};

/// Days that rise and fall, some without articles.
fn days(count: i32) -> Vec<Point> {
    let has_articles = |day: &i32| day % 17 != 5 && day % 29 > 2;
    let day = |day: i32| {
        let phase = f64::from(day) / 9.0;
        let mean = phase.sin() * 0.35 + (phase * 3.1).cos() * 0.12;
        let spread = 0.12 + 0.2 * (phase * 1.7).sin().abs();
        let scores = Scores {
            mean,
            min: (mean - spread).max(-1.0),
            max: (mean + spread * 1.2).min(1.0),
            std: spread / 2.0,
            article_count: i64::from(3 + (day * 7) % 11),
        };
        Point {
            starts_at: at("2026-02-01T00:00:00Z") + TimeDelta::days(i64::from(day)),
            scores: Some(scores),
        }
    };
    (0..count).filter(has_articles).map(day).collect()
}

fn range(from: &str, to: &str) -> TimeRange {
    TimeRange {
        from: at(from),
        to: at(to),
    }
}

fn months() -> String {
    let points = days(150);
    let chart = Chart {
        title: "Quillon 2",
        period: Period::Daily,
        range: range("2026-02-01T00:00:00Z", "2026-07-01T00:00:00Z"),
        points: &points,
    };
    chart.svg()
}

#[test]
fn a_chart_looks_as_it_should() {
    insta::assert_snapshot!(months());
}

#[test]
fn the_same_points_give_the_same_bytes() {
    assert_eq!(months(), months());
}

#[test]
fn a_gap_breaks_the_line_and_a_day_on_its_own_is_a_dot() {
    let points = [
        point("2026-05-01T00:00:00Z", 0.1, 2),
        point("2026-05-02T00:00:00Z", 0.2, 2),
        point("2026-05-04T00:00:00Z", -0.3, 1),
    ];
    let svg = Chart {
        title: "Quillon 2",
        period: Period::Daily,
        range: range("2026-05-01T00:00:00Z", "2026-05-05T00:00:00Z"),
        points: &points,
    }
    .svg();
    assert_eq!(
        svg.matches("<path class=\"mean\" d=\"M668").count(),
        1,
        "the legend"
    );
    assert_eq!(svg.matches("<path class=\"mean\"").count(), 2, "one line");
    assert_eq!(svg.matches("<path class=\"band\"").count(), 1);
    assert_eq!(svg.matches("<circle class=\"dot\"").count(), 3);
    assert_eq!(
        svg.matches("<title>").count(),
        3,
        "each day shows its figures"
    );
}

#[test]
fn years_of_hours_are_pooled() {
    let start = at("2024-01-01T00:00:00Z");
    let hour = |hour: i64| Point {
        starts_at: start + TimeDelta::hours(hour),
        ..point("2024-01-01T00:00:00Z", 0.25, 1)
    };
    let points: Vec<Point> = (0..3 * 8760).map(hour).collect();
    let svg = Chart {
        title: "Quillon 2",
        period: Period::Hourly,
        range: range("2024-01-01T00:00:00Z", "2026-12-31T00:00:00Z"),
        points: &points,
    }
    .svg();
    assert!(svg.matches("<title>").count() <= MOST_COLUMNS);
    assert!(svg.contains("26,280 articles · mean +0.25"), "{svg:.2000}");
    assert!(svg.len() < 150_000, "{} bytes", svg.len());
}

#[test]
fn a_range_without_articles_says_so() {
    let svg = Chart {
        title: "Quillon 2",
        period: Period::Hourly,
        range: range("2026-05-01T10:15:00Z", "2026-05-01T10:20:00Z"),
        points: &[],
    }
    .svg();
    assert!(svg.contains("no articles in this range"));
    assert!(svg.contains("1 May 2026, 10:00 to 11:00"));
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}

#[test]
fn a_name_cannot_leave_its_place() {
    let svg = Chart {
        title: "</title><script>alert(1)</script>\u{0}",
        period: Period::Daily,
        range: range("2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"),
        points: &[],
    }
    .svg();
    assert!(!svg.contains("<script"));
    assert!(!svg.contains('\u{0}'));
}
