//! `groundwork signals`, as a user runs it: what is read.

use acceptance::{Engine, Home, on_both_engines};
use groundwork_core::services::signals::Period;
use rstest::rstest;
use serde_json::json;

use super::series_fixture::SeriesFixture;

/// A home with two entities, one of which has articles on three days in May.
async fn home(engine: Engine) -> Home {
    let fixture = SeriesFixture::new(engine).await;
    let entity = fixture.model("Quillon 2").await;
    let other = fixture.model("Varrow, \"Large\"").await;
    let days = [
        ("2026-05-01T00:00:00Z", 0.25, 3),
        ("2026-05-03T00:00:00Z", -0.25, 1),
        ("2026-05-08T00:00:00Z", 0.5, 2),
    ];
    fixture.points(entity, Period::Daily, &days).await;
    fixture.points(other, Period::Daily, &days[1..2]).await;
    fixture
        .article("a", "2026-05-01T10:00:00Z", &[(entity, 0.25)])
        .await;
    fixture
        .article(
            "b",
            "2026-05-03T10:00:00Z",
            &[(entity, -0.25), (other, 0.1)],
        )
        .await;
    let SeriesFixture { db, scratch, .. } = fixture;
    db.close().await.unwrap();
    Home::over(scratch)
}

#[on_both_engines]
async fn a_series_is_a_table_json_csv_or_a_chart(engine: Engine) {
    let home = home(engine).await;
    let series = [
        "signals",
        "series",
        "Quillon 2",
        "--from",
        "2026-05-01",
        "--to",
        "2026-05-03",
    ];
    let run = async |more: &[&str]| home.groundwork(series.iter().chain(more)).await;

    insta::assert_snapshot!("series", run(&[]).await.succeeded());
    insta::assert_snapshot!("series_csv", run(&["--fill", "--csv"]).await.succeeded());
    let read = run(&["--json"]).await.json();
    assert_eq!(read["entity"]["name"], "Quillon 2");
    assert_eq!(read["from"], "2026-05-01T00:00:00Z");
    assert_eq!(read["total"]["article_count"], 4);
    assert_eq!(read["points"].as_array().unwrap().len(), 2);
    assert_eq!(
        run(&["--json", "--fill"]).await.json()["points"][1]["mean"],
        json!(null)
    );

    let drawn = run(&["--svg", "chart.svg"]).await;
    assert!(drawn.stderr.contains("chart.svg"), "{drawn:?}");
    assert_eq!(drawn.succeeded(), "");
    let chart = std::fs::read_to_string(home.dir().join("chart.svg")).unwrap();
    assert!(
        chart.starts_with("<svg") && chart.contains("4 articles"),
        "{chart}"
    );
    assert_eq!(run(&["--svg", "-"]).await.succeeded(), chart);
    let refused = run(&["--svg", "no/such/folder.svg"]).await.failed(65);
    assert!(refused.contains("no/such/folder.svg"), "{refused}");
}

#[on_both_engines]
async fn entities_are_compared_and_their_movement_is_shown(engine: Engine) {
    let home = home(engine).await;
    let compare = ["signals", "compare", "Quillon 2", "Varrow, \"Large\""];
    insta::assert_snapshot!("compare", home.groundwork(compare).await.succeeded());
    let csv = home
        .groundwork(compare.iter().chain(&["--csv"]))
        .await
        .succeeded();
    insta::assert_snapshot!("compare_csv", csv);
    let movers = ["signals", "movers", "--window", "5d", "--at", "2026-05-08"];
    insta::assert_snapshot!("movers", home.groundwork(movers).await.succeeded());
    let json = home
        .groundwork(movers.iter().chain(&["--json"]))
        .await
        .json();
    assert_eq!(json["items"][0]["name"], "Quillon 2");
    assert_eq!(json["items"][0]["change"], 0.375);
}

#[on_both_engines]
async fn articles_and_entities_are_listed(engine: Engine) {
    let home = home(engine).await;
    let articles = home.groundwork(["signals", "articles"]).await.succeeded();
    insta::assert_snapshot!("articles", articles);
    let about = ["signals", "articles", "Quillon 2", "--limit", "1"];
    let about = home.groundwork(about).await;
    assert!(
        about
            .stderr
            .contains("signals articles \"Quillon 2\" --after "),
        "{about:?}"
    );
    assert_eq!(about.succeeded().lines().count(), 2);
    let about = ["signals", "articles", "Quillon 2", "--all", "--json"];
    let about = home.groundwork(about).await.json();
    assert_eq!(about["items"][0]["entity_score"], -0.25);

    let add = ["signals", "entities", "add", "Ostler", "--category", "tool"];
    let added = home.groundwork(add).await.succeeded();
    assert!(
        added.starts_with("tracking the tool \"Ostler\" as "),
        "{added}"
    );
    let again = home.groundwork(add).await.failed(65);
    assert!(again.contains("tracked already"), "{again}");
    let tools = ["signals", "entities", "--category", "tool", "--json"];
    let tools = home.groundwork(tools).await.json();
    assert_eq!(tools["items"][0]["name"], "Ostler");
    assert_eq!(tools["items"].as_array().unwrap().len(), 1);
    let id = tools["items"][0]["id"].as_str().unwrap();
    let silent = home.groundwork(["signals", "series", id]).await;
    assert!(
        silent.stderr.contains("no articles mention Ostler"),
        "{silent:?}"
    );
    assert!(silent.succeeded().starts_with("Ostler (tool), daily"));
}

#[rstest]
#[case::a_name_that_is_not_tracked(&["series", "quilon 2"], 65, "did you mean \"Quillon 2\"?")]
#[case::an_unknown_id(&["articles", "0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21"], 65, "0199b2c4")]
#[case::no_date(&["series", "Quillon 2", "--from", "yesterday"], 65, "--from must be a day such as")]
#[case::no_such_day(&["series", "Quillon 2", "--to", "2026-02-30"], 65, "not in the calendar")]
#[case::no_offset(&["compare", "Quillon 2", "--to", "2026-02-03T10:00:00"], 65, "offset")]
#[case::a_range_backwards(
    &["series", "Quillon 2", "--from", "2026-05-02", "--to", "2026-05-01"], 65, "before the end"
)]
#[case::no_window(&["movers", "--window", "7"], 65, "such as 36h, 7d or 2w")]
#[case::no_moment(&["movers", "--at", "7d"], 65, "--at")]
#[case::a_wrong_period(&["series", "Quillon 2", "--period", "dayly"], 2, "daily")]
#[case::two_formats(&["series", "Quillon 2", "--csv", "--json"], 2, "--csv")]
#[case::nobody_to_compare(&["compare"], 2, "NAME")]
#[case::a_cursor_that_is_none(&["articles", "--after", "x"], 65, "not a cursor")]
#[case::a_blank_name(&["entities", "add", " ", "--category", "tool"], 65, "name")]
#[case::no_category(&["entities", "add", "X"], 2, "--category")]
#[tokio::test]
async fn a_wrong_argument_is_refused_with_its_reason(
    #[case] arguments: &[&str],
    #[case] code: i32,
    #[case] reason: &str,
) {
    let home = home(Engine::Sqlite).await;
    let output = home
        .groundwork(["signals"].iter().chain(arguments))
        .await
        .failed(code);
    assert!(output.contains(reason), "`{reason}` is not in: {output}");
}
