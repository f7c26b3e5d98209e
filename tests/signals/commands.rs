//! `groundwork signals import` and `rollup`, as processes.

use std::{fs, process::Stdio, time::Duration};

use acceptance::{Engine, Home, Outcome, Program, on_both_engines};
use serde_json::{Value, json};

use super::fixture::{Fixture, article, text, with};

const NOON: &str = "2026-05-01T12:30:00Z";

/// More than are stored before somebody can kill the program.
const MANY: usize = 20_000;

fn given(home: &Home, text: &str) {
    fs::write(home.dir().join("articles.jsonl"), text).unwrap();
}

#[on_both_engines]
async fn a_file_is_imported_and_reported(engine: Engine) {
    let home = Home::new(engine).await;
    given(
        &home,
        &text(&[article(1, NOON, 0.5), article(2, NOON, 0.1)]),
    );
    let arguments = ["signals", "import", "articles.jsonl", "--json"];
    let output = home.groundwork(arguments).await.succeeded();
    let report: Value = serde_json::from_str(&output).unwrap();
    let expected = json!({
        "lines": 2, "inserted": 2, "updated": 0, "unchanged": 0, "bad": 0, "conflicts": 0,
        "entities_added": 1, "problems": [], "rollup": {"hours": 1, "days": 1},
    });
    assert_eq!(report, expected);
    let again = home
        .groundwork(["signals", "import", "articles.jsonl"])
        .await;
    assert_eq!(
        again.succeeded(),
        "0 articles inserted, 0 updated, 2 unchanged\n  the time series is up to date\n"
    );
    let since = ["signals", "rollup", "--since", "2026-05-01"];
    assert_eq!(
        home.groundwork(since).await.succeeded(),
        "2 hours and 1 day computed anew\n"
    );
}

#[tokio::test]
async fn lines_that_are_not_stored_are_reported_on_stderr() {
    let home = Home::new(Engine::Sqlite).await;
    let wrong = with(article(2, NOON, 0.5), "url", json!("nowhere"));
    given(&home, &text(&[article(1, NOON, 0.5), wrong]));
    let outcome = home
        .groundwork(["signals", "import", "articles.jsonl"])
        .await;
    assert_eq!(outcome.code, Some(65));
    assert!(
        outcome.stdout.starts_with("1 article inserted"),
        "{outcome:?}"
    );
    insta::assert_snapshot!("reported_on_stderr", outcome.stderr);
    let strict = ["signals", "import", "articles.jsonl", "--strict"];
    let refused = home.groundwork(strict).await.failed(65);
    insta::assert_snapshot!("refused_strictly", refused);
}

#[tokio::test]
async fn what_cannot_be_opened_is_refused() {
    let home = Home::new(Engine::Sqlite).await;
    let refused = home
        .groundwork(["signals", "import", "none.jsonl"])
        .await
        .failed(65);
    assert!(
        refused.contains("cannot open none.jsonl: No such file"),
        "{refused}"
    );
    let refused = home.groundwork(["signals", "import", "."]).await.failed(65);
    assert!(refused.contains(". is a folder"), "{refused}");
    let refused = home
        .groundwork(["signals", "rollup", "--since", "May"])
        .await
        .failed(65);
    assert!(refused.contains("--since must be a day"), "{refused}");
}

#[on_both_engines]
async fn the_standard_input_is_read(engine: Engine) {
    let home = Home::new(engine).await;
    given(&home, &text(&[article(1, NOON, 0.5)]));
    let input = fs::File::open(home.dir().join("articles.jsonl")).unwrap();
    let mut command = home.command(Program::Groundwork, ["signals", "import", "-"]);
    let outcome = Outcome::of(command.stdin(input)).await;
    assert!(outcome.succeeded().starts_with("1 article inserted"));
}

#[on_both_engines]
async fn an_import_that_was_killed_can_be_run_again(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let mut home = Home::new(engine).await;
    home.set_database_url(fixture.url());
    let lines: Vec<Value> = (0..MANY)
        .map(|number| {
            article(
                number,
                &format!("2026-05-01T{:02}:30:00Z", number % 24),
                0.1,
            )
        })
        .collect();
    given(&home, &text(&lines));
    let arguments = ["signals", "import", "articles.jsonl"];
    let mut killed = home
        .command(Program::Groundwork, arguments)
        .spawn()
        .unwrap();
    while fixture.count("articles").await == 0 {
        assert!(killed.try_wait().unwrap().is_none(), "it was too fast");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    killed.kill().await.unwrap();
    let stored = fixture.count("articles").await;
    assert_eq!(fixture.count("article_mentions").await, stored);
    let output = home.groundwork(arguments).await.succeeded();
    let inserted: i64 = output.split(' ').next().unwrap().parse().unwrap();
    assert!(inserted <= MANY as i64 - stored, "{output}");
    assert_eq!(fixture.count("articles").await, MANY as i64);
    fixture.assert_points_are_right().await;
}

/// No more of the input is in memory than a batch.
#[on_both_engines]
async fn four_times_the_input_takes_no_more_memory(engine: Engine) {
    let few = most_memory_of_an_import(engine, 600).await;
    let many = most_memory_of_an_import(engine, 2_400).await;
    // All of what the second has more would be 90 MB; batches overlap by chance.
    assert!(many < few + (45 << 20), "{few} bytes, then {many}");
}

/// The most bytes of memory that the program had while it imported so many articles of 50 kB.
async fn most_memory_of_an_import(engine: Engine, articles: usize) -> u64 {
    let home = Home::new(engine).await;
    let content = "All of it is said in this text, at length. ".repeat(1_200);
    let lines: Vec<Value> = (0..articles)
        .map(|number| with(article(number, NOON, 0.1), "content", json!(content)))
        .collect();
    given(&home, &text(&lines));
    let arguments = ["signals", "import", "articles.jsonl"];
    let mut import = home
        .command(Program::Groundwork, arguments)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", import.id().unwrap());
    let mut most = 0;
    let ended = loop {
        let status = fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        if let Some(kib) = line.and_then(|line| line.split_whitespace().next()) {
            most = kib.parse::<u64>().unwrap() << 10;
        }
        if let Some(ended) = import.try_wait().unwrap() {
            break ended;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert!(ended.success(), "{ended}");
    assert!(most > 0, "no figure in {status}");
    most
}
