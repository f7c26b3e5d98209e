//! What is read of the time series: series, comparisons and movers.

use acceptance::{Engine, on_both_engines};
use groundwork_core::{
    page::PageLimit,
    services::signals::{
        Gaps, MOST_COMPARED, MoversRequest, Period, Scores, Series, SeriesRequest, SignalsError,
        Window,
    },
};
use uuid::Uuid;

use super::series_fixture::{NOBODY, SeriesFixture, at};

const DAILY: SeriesRequest = SeriesRequest {
    period: Period::Daily,
    from: None,
    to: None,
    gaps: Gaps::LeftOut,
};

fn between(from: &str, to: &str) -> SeriesRequest {
    SeriesRequest {
        from: Some(from.parse().unwrap()),
        to: Some(to.parse().unwrap()),
        ..DAILY
    }
}

fn means(series: &Series) -> Vec<Option<f64>> {
    let points = series.points.iter();
    points.map(|it| it.scores.map(|it| it.mean)).collect()
}

#[on_both_engines]
async fn a_series_leaves_gaps_out_or_fills_them(engine: Engine) {
    let fixture = SeriesFixture::new(engine).await;
    let entity = fixture.model("Quillon 2").await;
    let days = [
        ("2026-04-30T00:00:00Z", -0.5, 1),
        ("2026-05-01T00:00:00Z", 0.25, 3),
        ("2026-05-03T00:00:00Z", -0.25, 1),
        ("2026-05-04T00:00:00Z", 0.75, 1),
    ];
    fixture.points(entity, Period::Daily, &days).await;
    let hours = [("2026-05-01T00:00:00Z", 0.9, 1)];
    fixture.points(entity, Period::Hourly, &hours).await;
    let other = fixture.model("Varrow Large").await;
    fixture.points(other, Period::Daily, &days).await;

    let reader = fixture.db.reader();
    let read = async |request| {
        fixture
            .signals
            .series(&reader, entity, request)
            .await
            .unwrap()
    };
    let series = read(between("2026-05-01", "2026-05-03")).await;
    assert_eq!(series.entity.name, "Quillon 2");
    assert_eq!(means(&series), [Some(0.25), Some(-0.25)]);
    assert_eq!(series.points[0].starts_at, at("2026-05-01T00:00:00Z"));
    assert_eq!(
        series.range.to,
        at("2026-05-04T00:00:00Z"),
        "the last day is whole"
    );
    let total = series.total.unwrap();
    assert_eq!(
        (total.article_count, total.min, total.max),
        (4, -0.35, 0.35)
    );
    assert!((total.mean - 0.125).abs() < 1e-12);

    let filled = SeriesRequest {
        gaps: Gaps::Filled,
        ..between("2026-05-01", "2026-05-03")
    };
    let filled = read(filled).await;
    assert_eq!(means(&filled), [Some(0.25), None, Some(-0.25)]);
    assert_eq!(filled.total, series.total);

    let until_an_instant = between("2026-04-30T00:00:01Z", "2026-05-03T00:00:00Z");
    assert_eq!(means(&read(until_an_instant).await), [Some(0.25)]);
    let hourly = SeriesRequest {
        period: Period::Hourly,
        ..between("2026-05-01", "2026-05-03")
    };
    assert_eq!(means(&read(hourly).await), [Some(0.9)]);
}

#[on_both_engines]
async fn a_range_that_is_not_given_ends_with_the_newest_point(engine: Engine) {
    let fixture = SeriesFixture::new(engine).await;
    let entity = fixture.model("Quillon 2").await;
    let days = [
        ("2025-01-31T00:00:00Z", 0.1, 1),
        ("2025-02-01T00:00:00Z", 0.2, 1),
        ("2025-05-01T00:00:00Z", 0.3, 1),
    ];
    fixture.points(entity, Period::Daily, &days).await;
    let silent = fixture.model("Ostler").await;
    let reader = fixture.db.reader();
    let read = async |entity, request| {
        fixture
            .signals
            .series(&reader, entity, request)
            .await
            .unwrap()
    };

    let series = read(entity, DAILY).await;
    assert_eq!(means(&series), [Some(0.2), Some(0.3)], "90 days");
    assert_eq!(series.range.to, at("2025-05-02T00:00:00Z"));
    let from = SeriesRequest {
        from: Some("2025-01-01".parse().unwrap()),
        ..DAILY
    };
    assert_eq!(means(&read(entity, from).await).len(), 3);
    let later = SeriesRequest {
        from: Some("2025-06-01".parse().unwrap()),
        ..DAILY
    };
    let later = read(entity, later).await;
    assert_eq!((later.points.len(), later.total), (0, None));

    let nothing = read(silent, DAILY).await;
    assert_eq!(nothing.points, []);
    assert_eq!(nothing.range.to, at("2026-05-01T12:00:00Z"), "the present");
}

#[on_both_engines]
async fn a_range_that_cannot_be_is_refused(engine: Engine) {
    let fixture = SeriesFixture::new(engine).await;
    let entity = fixture.model("Quillon 2").await;
    let reader = fixture.db.reader();
    let hourly = |request| SeriesRequest {
        period: Period::Hourly,
        ..request
    };
    for request in [
        between("2026-05-02", "2026-05-01"),
        between("2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z"),
        between("1001-01-01", "9998-12-31"),
        hourly(between("2020-01-01", "2025-12-31")),
    ] {
        let refused = fixture.signals.series(&reader, entity, request).await;
        let Err(SignalsError::InvalidValue { field, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(field, "from");
    }
    let year = hourly(between("2024-01-01", "2024-12-31"));
    let year = SeriesRequest {
        gaps: Gaps::Filled,
        ..year
    };
    let year = fixture.signals.series(&reader, entity, year).await.unwrap();
    assert_eq!(year.points.len(), 366 * 24);

    let nobody = NOBODY.parse::<Uuid>().unwrap().into();
    let unknown = fixture.signals.series(&reader, nobody, DAILY).await;
    assert!(matches!(unknown, Err(SignalsError::EntityNotFound { .. })));
}

#[on_both_engines]
async fn entities_are_compared_over_the_same_time(engine: Engine) {
    let fixture = SeriesFixture::new(engine).await;
    let one = fixture.model("Quillon 2").await;
    let two = fixture.model("Varrow Large").await;
    let silent = fixture.model("Ostler").await;
    let (first, second) = ("2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z");
    fixture
        .points(one, Period::Daily, &[(first, 0.25, 2), (second, 0.5, 1)])
        .await;
    fixture
        .points(two, Period::Daily, &[(second, -0.5, 4)])
        .await;
    let reader = fixture.db.reader();
    let compare = async |ids: &[_]| fixture.signals.comparison(&reader, ids, DAILY).await;

    let comparison = compare(&[two, one, silent, two]).await.unwrap();
    let names: Vec<_> = comparison
        .entities
        .iter()
        .map(|it| it.entity.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["Varrow Large", "Quillon 2", "Ostler"],
        "as asked, each once"
    );
    let counts = comparison.entities.iter();
    let counts: Vec<_> = counts
        .map(|it| it.total.map(|it| it.article_count))
        .collect();
    assert_eq!(counts, [Some(4), Some(3), None]);
    let rows: Vec<_> = comparison.rows().into_iter().collect();
    let expected = [
        (at(first), vec![None, Some(0.25), None]),
        (at(second), vec![Some(-0.5), Some(0.5), None]),
    ];
    assert_eq!(rows, expected);

    let nobody = NOBODY.parse::<Uuid>().unwrap().into();
    let unknown = compare(&[one, nobody]).await;
    assert!(matches!(unknown, Err(SignalsError::EntityNotFound { entity }) if entity == nobody));
    let many: Vec<_> = (0..=MOST_COMPARED)
        .map(|_| fixture.clock.new_id().into())
        .collect();
    for ids in [&[][..], &many] {
        let refused = compare(ids).await;
        assert!(matches!(refused, Err(SignalsError::InvalidValue { .. })));
    }
}

#[on_both_engines]
async fn those_who_moved_most_come_first(engine: Engine) {
    let fixture = SeriesFixture::new(engine).await;
    let rising = fixture.model("Rising").await;
    let falling = fixture.model("Falling").await;
    let new = fixture.model("New").await;
    let steady = fixture.model("Steady").await;
    let days = |before: &[(&'static str, f64, i64)], after| [before, &[after]].concat();
    // Two days of the earlier window weigh by their articles; the day before it does not count.
    let before = [
        ("2026-04-16T00:00:00Z", -0.9, 9),
        ("2026-04-17T00:00:00Z", 0.0, 3),
        ("2026-04-23T00:00:00Z", 0.4, 1),
    ];
    fixture
        .points(
            rising,
            Period::Daily,
            &days(&before, ("2026-04-24T00:00:00Z", 0.3, 2)),
        )
        .await;
    let before = [("2026-04-20T00:00:00Z", 0.5, 1)];
    fixture
        .points(
            falling,
            Period::Daily,
            &days(&before, ("2026-04-30T00:00:00Z", -0.5, 1)),
        )
        .await;
    fixture
        .points(
            steady,
            Period::Daily,
            &days(&before, ("2026-04-30T00:00:00Z", 0.5, 1)),
        )
        .await;
    fixture
        .points(new, Period::Daily, &[("2026-04-30T00:00:00Z", 0.5, 1)])
        .await;

    let request = MoversRequest {
        window: Window::WEEK,
        at: None,
        limit: PageLimit::DEFAULT,
    };
    let reader = fixture.db.reader();
    let movers = fixture.signals.movers(&reader, request).await.unwrap();
    assert_eq!(
        movers.after.to,
        at("2026-05-01T00:00:00Z"),
        "the end of the newest day"
    );
    assert_eq!(movers.after.from, movers.before.to);
    assert_eq!(movers.before.from, at("2026-04-17T00:00:00Z"));
    let names: Vec<_> = movers
        .items
        .iter()
        .map(|it| it.entity.name.as_str())
        .collect();
    assert_eq!(names, ["Falling", "Rising", "Steady"]);
    let rising = &movers.items[1];
    assert_eq!(
        (rising.before.article_count, rising.after.article_count),
        (4, 2)
    );
    assert!((rising.before.mean - 0.1).abs() < 1e-12 && (rising.change - 0.2).abs() < 1e-12);

    let one = MoversRequest {
        limit: PageLimit::new(1).unwrap(),
        at: Some("2026-04-30".parse().unwrap()),
        ..request
    };
    let one = fixture.signals.movers(&reader, one).await.unwrap();
    assert_eq!(
        (one.items.len(), one.after),
        (1, movers.after),
        "the day is part of it"
    );
    let long_ago = MoversRequest {
        at: Some("2020-01-01".parse().unwrap()),
        ..request
    };
    assert_eq!(
        fixture
            .signals
            .movers(&reader, long_ago)
            .await
            .unwrap()
            .items,
        []
    );
}

#[on_both_engines]
async fn windows_of_hours_read_hours(engine: Engine) {
    let fixture = SeriesFixture::new(engine).await;
    let entity = fixture.model("Quillon 2").await;
    let hours = [
        ("2026-05-01T06:00:00Z", 0.1, 1),
        ("2026-05-01T12:00:00Z", 0.4, 1),
    ];
    fixture.points(entity, Period::Hourly, &hours).await;
    let request = MoversRequest {
        window: "6h".parse().unwrap(),
        at: Some("2026-05-01T17:30:00Z".parse().unwrap()),
        limit: PageLimit::DEFAULT,
    };
    let movers = fixture
        .signals
        .movers(&fixture.db.reader(), request)
        .await
        .unwrap();
    assert_eq!(
        movers.after.to,
        at("2026-05-01T18:00:00Z"),
        "the hour is whole"
    );
    assert!((movers.items[0].change - 0.3).abs() < 1e-12);
}

#[test]
fn a_point_without_articles_is_null_in_json() {
    let mut point = groundwork_core::services::signals::Point {
        starts_at: at("2026-05-01T00:00:00Z"),
        scores: None,
    };
    let json = |point| serde_json::to_string(&point).unwrap();
    assert_eq!(
        json(point),
        r#"{"starts_at":"2026-05-01T00:00:00Z","mean":null,"min":null,"max":null,"std":null,"article_count":0}"#
    );
    point.scores = Some(Scores {
        mean: 0.5,
        min: 0.25,
        max: 1.0,
        std: 0.125,
        article_count: 3,
    });
    assert_eq!(
        json(point),
        r#"{"starts_at":"2026-05-01T00:00:00Z","mean":0.5,"min":0.25,"max":1.0,"std":0.125,"article_count":3}"#
    );
}
