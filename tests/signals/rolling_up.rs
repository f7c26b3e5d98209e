//! The time series follows the mentions.

use acceptance::{Engine, on_both_engines};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use serde_json::{Value, json};

use super::fixture::{Fixture, article, with};

const NOON: &str = "2026-05-01T12:30:00Z";

/// How many random sets of articles are rolled up on each engine.
const SETS: usize = 12;

/// Articles over some days in some of whose hours there are several, with scores that differ, agree,
/// or nearly so.
fn articles() -> impl Strategy<Value = Vec<Value>> {
    let score = prop_oneof![
        -1.0..=1.0_f64,
        Just(0.1),
        Just(-1.0),
        (0..100_u32).prop_map(|n| 0.7 + f64::from(n) * 1e-9),
    ];
    let names = prop_oneof![
        Just(vec!["GPT-5"]),
        Just(vec!["Cursor"]),
        Just(vec!["GPT-5", "Cursor"]),
    ];
    let one = (0..120_u32, 0..30_u32, 0..3_599_999_u32, score, names);
    let at = |day: u32, hour: u32, ms: u32| {
        let day = 20 + day % 5;
        let (minute, second) = (ms / 60_000, ms / 1_000 % 60);
        let hour = hour % 6 * 5;
        format!(
            "2026-02-{day}T{hour:02}:{minute:02}:{second:02}.{:03}Z",
            ms % 1_000
        )
    };
    prop::collection::vec(one, 1..150).prop_map(move |all| {
        let line = |(day, hour, ms, score, names): (u32, u32, u32, f64, Vec<&str>)| {
            let number = (day + hour * 120) as usize;
            with(
                article(number, &at(day, hour % 5, ms), score),
                "entities",
                json!(names),
            )
        };
        all.into_iter().map(line).collect()
    })
}

#[on_both_engines]
async fn points_are_what_the_articles_make_after_every_change(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let mut runner = TestRunner::deterministic();
    for _ in 0..SETS {
        let lines = articles().new_tree(&mut runner).unwrap().current();
        let _ = fixture.import(&lines).await;
        fixture.assert_points_are_right().await;
        // Every third goes, by whatever way.
        fixture
            .execute("DELETE FROM articles WHERE external_id LIKE '%3'")
            .await;
        let _ = fixture.signals.roll_up().await.unwrap();
        fixture.assert_points_are_right().await;
    }
    fixture.execute("DELETE FROM articles").await;
    let _ = fixture.signals.roll_up().await.unwrap();
    assert!(fixture.points().await.is_empty());
}

#[on_both_engines]
#[case::one_goes("DELETE FROM article_mentions WHERE sentiment_score = 0.5")]
#[case::one_moves(
    "UPDATE articles SET published_at = '2026-05-09T00:00:00+00:00' WHERE external_id = 'a1'"
)]
#[case::a_score_changes(
    "UPDATE article_mentions SET sentiment_score = -0.25 WHERE sentiment_score = 0.5"
)]
#[case::all_go("DELETE FROM article_mentions")]
#[case::an_entity_goes("DELETE FROM tracked_entities")]
async fn a_change_by_plain_sql_is_noticed(engine: Engine, #[case] sql: &str) {
    let fixture = Fixture::new(engine).await;
    let later = "2026-05-02T23:59:59.999999Z";
    let _ = fixture
        .import(&[
            article(1, NOON, 0.5),
            article(2, NOON, 0.1),
            article(3, later, 0.2),
        ])
        .await;
    fixture.execute(sql).await;
    assert_ne!(fixture.count("stale_hours").await, 0);
    let _ = fixture.signals.roll_up().await.unwrap();
    fixture.assert_points_are_right().await;
}

#[tokio::test]
async fn a_truncation_is_noticed() {
    let fixture = Fixture::new(Engine::Postgres).await;
    let _ = fixture.import(&[article(1, NOON, 0.5)]).await;
    fixture.execute("TRUNCATE article_mentions").await;
    let _ = fixture.signals.roll_up().await.unwrap();
    assert!(fixture.points().await.is_empty());
}

#[on_both_engines]
async fn only_what_is_stale_is_computed_unless_more_is_asked_for(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let next_day = "2026-05-02T12:30:00Z";
    let _ = fixture
        .import(&[article(1, NOON, 0.5), article(2, next_day, 0.1)])
        .await;
    fixture
        .execute("UPDATE sentiment_timeseries SET article_count = 99")
        .await;
    let imported = fixture.import(&[article(3, next_day, 0.3)]).await;
    assert_eq!((imported.rollup.hours, imported.rollup.days), (1, 1));
    let counts: Vec<i64> = fixture
        .points()
        .await
        .into_values()
        .map(|point| point.4)
        .collect();
    // Daily points come before hourly ones.
    assert_eq!(counts, [99, 2, 99, 2]);
    let since = next_day.parse().unwrap();
    let rolled_up = fixture.signals.roll_up_since(since).await.unwrap();
    assert_eq!((rolled_up.hours, rolled_up.days), (2, 1));
    let since = NOON.parse().unwrap();
    let rolled_up = fixture.signals.roll_up_since(since).await.unwrap();
    assert_eq!((rolled_up.hours, rolled_up.days), (4, 2));
    fixture.assert_points_are_right().await;
}

#[on_both_engines]
async fn a_point_without_articles_goes_when_more_is_asked_for(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let _ = fixture.import(&[article(1, NOON, 0.5)]).await;
    fixture
        .execute(
            "INSERT INTO sentiment_timeseries
             SELECT tracked_entity_id, period, '2026-06-01T00:00:00+00:00', mean, min, max, std,
                    article_count
             FROM sentiment_timeseries",
        )
        .await;
    let _ = fixture
        .signals
        .roll_up_since(NOON.parse().unwrap())
        .await
        .unwrap();
    fixture.assert_points_are_right().await;
}

#[on_both_engines]
async fn hours_and_days_are_those_of_utc(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let _ = fixture
        .import(&[article(1, "2026-05-02T04:45:00+05:30", 0.5)])
        .await;
    let keys: Vec<String> = fixture
        .points()
        .await
        .into_keys()
        .map(|key| key.2)
        .collect();
    assert_eq!(
        keys,
        ["2026-05-01T00:00:00+00:00", "2026-05-01T23:00:00+00:00"]
    );
}

#[on_both_engines]
async fn rollups_and_imports_at_once_forget_nothing(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let lines = |first: usize| -> Vec<Value> {
        let one = |number: usize| {
            let at = format!("2026-05-01T{:02}:30:00Z", number % 3);
            article(first + number, &at, 0.1)
        };
        (0..200).map(one).collect()
    };
    for round in 0..5 {
        let (one, other) = (lines(round * 1_000), lines(round * 1_000 + 500));
        let gone = format!("DELETE FROM articles WHERE external_id LIKE 'a{round}7%'");
        let _ = tokio::join!(
            fixture.import(&one),
            fixture.signals.roll_up(),
            fixture.import(&other),
            fixture.execute(&gone),
            fixture.signals.roll_up(),
        );
        let _ = fixture.signals.roll_up().await.unwrap();
        fixture.assert_points_are_right().await;
    }
}
