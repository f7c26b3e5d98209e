//! Articles come in, line by line.

use acceptance::{Engine, on_both_engines};
use groundwork_core::services::signals::{MAX_LINE_BYTES, OnProblem, ProblemKind, SignalsError};
use serde_json::{Value, json};

use super::fixture::{Fixture, article, text, with};

const NOON: &str = "2026-05-01T12:30:00Z";

/// More lines than a batch has.
const MANY: usize = 9_000;

#[on_both_engines]
async fn what_is_imported_twice_is_stored_once(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let lines = [
        article(1, NOON, 0.5),
        with(
            article(2, NOON, -1.0),
            "entities",
            json!([{"name": "Cursor", "score": 0.25, "category": "tool"}, "GPT-5"]),
        ),
        with(article(3, NOON, 0.0), "content", json!("Sätze\nund 🦀")),
        with(article(4, NOON, 0.0), "entities", json!([])),
    ];
    let first = fixture.import(&lines).await;
    assert_eq!(
        (first.lines, first.inserted, first.entities_added),
        (4, 4, 2)
    );
    assert_eq!((first.rollup.hours, first.rollup.days), (2, 2));
    let tracked = fixture
        .rows("SELECT name || ' ' || category FROM tracked_entities ORDER BY 1")
        .await;
    let tracked: Vec<String> = tracked
        .iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect();
    assert_eq!(tracked, ["Cursor tool", "GPT-5 model"]);
    let expected = [("Cursor".to_owned(), 0.25), ("GPT-5".to_owned(), -1.0)];
    assert_eq!(fixture.mentions("a2").await, expected);

    let before = fixture.points().await;
    let again = fixture.import(&lines).await;
    assert_eq!((again.unchanged, again.inserted, again.updated), (4, 0, 0));
    assert_eq!((again.rollup.hours, again.rollup.days), (0, 0));
    assert_eq!(fixture.points().await, before);
    fixture.assert_points_are_right().await;
}

#[on_both_engines]
#[case::title("title", json!("Other"))]
#[case::content("content", json!("New"))]
#[case::source("source_name", json!("The Courier"))]
#[case::instant("published_at", json!("2026-05-03T01:02:03.456789Z"))]
#[case::score("sentiment_score", json!(0.75))]
#[case::url("url", json!("https://news.example/other"))]
#[case::external_id("external_id", json!("other"))]
#[case::mentions("entities", json!(["GPT-5", "Cursor"]))]
#[case::no_mentions("entities", json!([]))]
#[case::score_of_a_mention("entities", json!([{"name": "GPT-5", "score": -0.5}]))]
async fn a_changed_line_changes_its_article(
    engine: Engine,
    #[case] key: &str,
    #[case] value: Value,
) {
    let fixture = Fixture::new(engine).await;
    let _ = fixture
        .import(&[article(1, NOON, 0.5), article(2, NOON, 0.1)])
        .await;
    let changed = with(article(1, NOON, 0.5), key, value);
    let imported = fixture
        .import(&[article(2, NOON, 0.1), changed.clone()])
        .await;
    assert_eq!(
        (imported.updated, imported.unchanged),
        (1, 1),
        "{imported:?}"
    );
    assert_eq!(fixture.count("articles").await, 2);
    fixture.assert_points_are_right().await;
    let again = fixture.import(&[changed]).await;
    assert_eq!((again.updated, again.unchanged), (0, 1));
}

#[on_both_engines]
async fn an_article_may_take_the_url_that_another_has_just_given_up(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let _ = fixture
        .import(&[article(1, NOON, 0.5), article(2, NOON, 0.1)])
        .await;
    let url = |number| json!(format!("https://news.example/{number}"));
    let imported = fixture
        .import(&[
            with(article(1, NOON, 0.5), "url", url(3)),
            with(article(2, NOON, 0.1), "url", url(1)),
            with(article(4, NOON, 0.2), "url", url(2)),
        ])
        .await;
    assert_eq!(
        (imported.updated, imported.inserted),
        (2, 1),
        "{imported:?}"
    );
    assert_eq!(
        fixture.articles().await,
        [
            "a1 https://news.example/3 Title 1",
            "a2 https://news.example/1 Title 2",
            "a4 https://news.example/2 Title 4"
        ]
    );
}

#[on_both_engines]
async fn a_line_about_two_stored_articles_is_a_conflict(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let stored = [article(1, NOON, 0.5), article(2, NOON, 0.1)];
    let _ = fixture.import(&stored).await;
    let torn = with(
        article(1, NOON, 0.5),
        "url",
        json!("https://news.example/2"),
    );
    let imported = fixture
        .import(&[article(3, NOON, 0.0), torn.clone(), torn])
        .await;
    assert_eq!(
        (imported.inserted, imported.conflicts),
        (1, 2),
        "{imported:?}"
    );
    let [first, second] = imported.problems.as_slice() else {
        panic!("{imported:?}");
    };
    assert_eq!((first.line, first.kind), (2, ProblemKind::TwoArticles));
    assert_eq!(
        (second.line, second.kind),
        (3, ProblemKind::Conflict { with: 2 })
    );
    let again = fixture.import(&stored).await;
    assert_eq!(again.unchanged, 2);
}

#[on_both_engines]
async fn a_line_that_contradicts_an_earlier_one_is_a_conflict(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let lines = text(&[
        article(1, NOON, 0.5),
        article(1, NOON, 0.5),
        with(article(1, NOON, 0.5), "title", json!("Other")),
        with(
            article(2, NOON, 0.5),
            "url",
            json!("https://news.example/1"),
        ),
    ]);
    for inserted in [1, 0] {
        let imported = fixture.import_text(&lines).await;
        let counts = (imported.inserted, imported.unchanged, imported.conflicts);
        assert_eq!(counts, (inserted, 2 - inserted, 2), "{imported:?}");
        let lines: Vec<String> = imported.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "line 3: has the external_id of another article that came before it, in line 1",
                "line 4: has the url of another article that came before it, in line 1"
            ]
        );
    }
    assert_eq!(
        fixture.articles().await,
        ["a1 https://news.example/1 Title 1"]
    );
}

#[on_both_engines]
async fn bad_lines_are_reported_and_the_rest_is_stored(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let good = article(1, NOON, 0.5).to_string();
    let too_long = format!("{{\"content\":\"{}\"}}", "x".repeat(MAX_LINE_BYTES));
    let lines = format!(
        "\u{feff}{good}\r\n\n{{\"title\":\n{}\n{too_long}\n[]\n{}",
        with(article(2, NOON, 0.5), "sentiment_score", json!(2)),
        article(3, NOON, 0.5)
    );
    let imported = fixture.import_text(&lines).await;
    assert_eq!((imported.lines, imported.inserted, imported.bad), (6, 2, 4));
    let problems: Vec<String> = imported.problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!("bad_lines", problems.join("\n"));
}

#[on_both_engines]
async fn nothing_is_stored_if_a_line_is_bad_and_that_is_asked_for(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let mut lines: Vec<Value> = (0..MANY).map(|number| article(number, NOON, 0.1)).collect();
    lines.push(with(article(1, NOON, 0.1), "title", json!("Other")));
    let refused = fixture
        .try_import(&text(&lines), OnProblem::StoreNothing)
        .await;
    let Err(SignalsError::Refused { problem }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(problem.line, MANY as u64 + 1);
    for table in [
        "articles",
        "article_mentions",
        "tracked_entities",
        "stale_hours",
    ] {
        assert_eq!(fixture.count(table).await, 0, "{table}");
    }
    lines.pop();
    let stored = fixture
        .try_import(&text(&lines), OnProblem::StoreNothing)
        .await
        .unwrap();
    assert_eq!(stored.inserted, MANY as u64);
    fixture.assert_points_are_right().await;
}

#[on_both_engines]
async fn imports_of_the_same_lines_at_once_store_them_once(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let lines: Vec<Value> = (0..3_000)
        .map(|number| {
            let names = json!([
                format!("Model {}", number % 7),
                format!("Tool {}", number % 5)
            ]);
            with(article(number, NOON, 0.1), "entities", names)
        })
        .collect();
    let backwards: Vec<Value> = lines.iter().rev().cloned().collect();
    let (one, other) = (text(&lines), text(&backwards));
    let (one, other, third) = tokio::join!(
        fixture.import_text(&one),
        fixture.import_text(&other),
        fixture.import_text(&one)
    );
    assert_eq!(one.inserted + other.inserted + third.inserted, 3_000);
    assert_eq!(one.unchanged + other.unchanged + third.unchanged, 6_000);
    assert_eq!(fixture.count("articles").await, 3_000);
    assert_eq!(fixture.count("tracked_entities").await, 12);
    fixture.assert_points_are_right().await;
}
