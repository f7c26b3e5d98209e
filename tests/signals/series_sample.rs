//! The articles of `examples/signals`, as the guide there shows them.

use std::path::PathBuf;

use acceptance::{Engine, Home, given};

/// A file of the repository.
fn file(path: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    root.join(path)
        .canonicalize()
        .expect("a file of the repository")
}

/// The chart of SQLite: the means of another engine may differ in their last bit, and places with it.
#[tokio::test]
async fn the_sample_gives_the_chart_that_the_guide_shows() {
    let home = Home::over(given::migrated(Engine::Sqlite).await);
    let sample = file("examples/signals/articles.jsonl");
    let sample = sample.to_str().unwrap();
    let import = ["signals", "import", sample];
    let _ = home.groundwork(import).await.succeeded();
    let series = [
        "signals",
        "series",
        "Quillon 2",
        "--from",
        "2026-01-05",
        "--to",
        "2026-06-28",
    ];
    let drawn = home
        .groundwork(series.iter().chain(&["--svg", "-"]))
        .await
        .succeeded();
    let shown = std::fs::read_to_string(file("docs/sentiment.svg")).unwrap();
    assert!(
        drawn == shown,
        "docs/sentiment.svg is not what the sample gives: draw it again"
    );

    let _ = home.groundwork(import).await.succeeded();
    let again = home
        .groundwork(series.iter().chain(&["--svg", "-"]))
        .await
        .succeeded();
    assert!(again == shown, "a second import changes nothing");

    let movers = [
        "signals",
        "movers",
        "--window",
        "2w",
        "--at",
        "2026-04-20",
        "--json",
    ];
    let movers = home.groundwork(movers).await.json();
    assert_eq!(movers["items"][0]["name"], "Quillon 2");
}
