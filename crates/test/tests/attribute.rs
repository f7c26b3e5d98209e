//! How `on_both_engines` combines with the rest of rstest.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::Command;

use groundwork_test::{Engine, on_both_engines};

/// The tests of this file, as its own executable lists them.
fn listed() -> Vec<String> {
    let test = std::env::current_exe().unwrap();
    let output = Command::new(test).arg("--list").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
    names.map(ToOwned::to_owned).collect()
}

#[test]
fn each_engine_is_a_test_of_its_own_that_its_name_shows() {
    let mut engines = listed();
    engines.retain(|name| name.starts_with("an_engine::"));
    let expected = ["Sqlite", "Postgres"]
        .iter()
        .zip(1..)
        .map(|(engine, number)| format!("an_engine::engine_{number}_Engine__{engine}"));
    assert_eq!(engines, sorted(expected));
}

#[test]
fn every_case_and_value_runs_on_both_engines() {
    let combined = |prefix| listed().iter().filter(|it| it.starts_with(prefix)).count();
    assert_eq!(combined("a_case::"), 2 * 2);
    assert_eq!(combined("a_value::"), 3 * 2);
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[on_both_engines]
async fn an_engine(engine: Engine) {
    assert!(Engine::ALL.contains(&engine));
}

#[on_both_engines]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
async fn a_case(#[case] other: Engine, engine: Engine) {
    assert_eq!(other == engine, other.name() == engine.name());
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value(engine: Engine, #[values(1, 2, 3)] number: u8) {
    assert!(number > 0 && Engine::ALL.contains(&engine));
    // Panics on a runtime of one thread.
    tokio::task::block_in_place(|| ());
}
