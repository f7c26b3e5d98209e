//! The recipes of CONTRIBUTING, run and then held against every gate.

use acceptance::{Engine, Home, Outcome, Program, Scratch, on_both_engines};

async fn migrate(home: &Home, arguments: &[&str]) -> Outcome {
    Outcome::of(&mut home.command(Program::RecipeMigrate, arguments)).await
}

async fn require(home: &Home, arguments: &[&str]) -> Outcome {
    let outcome = migrate(home, arguments).await;
    let said = format!("{}{}", outcome.stdout, outcome.stderr);
    assert_eq!(outcome.code, Some(0), "{arguments:?}: {said}");
    outcome
}

/// The ways up and back work on rows, and afterwards the database is what the migrations say.
#[on_both_engines]
async fn a_recipe_goes_up_down_and_up_again_and_leaves_what_it_says(engine: Engine) {
    let home = Home::new(engine).await;
    require(
        &home,
        &["up", "--to", "m20261130_230000_index_the_newest_segments"],
    )
    .await;
    for _ in 0..3 {
        require(&home, &["up", "-n", "1"]).await;
        require(&home, &["down", "-n", "1"]).await;
        require(&home, &["up", "-n", "1"]).await;
    }
    let clean = require(&home, &["check", "--json"]).await;
    assert!(clean.stdout.contains("\"clean\": true"), "{}", clean.stdout);
    assert_eq!(hazards(&home, &["lint", "--live", "--json"]).await, [""; 0]);
}

/// The findings about the recipes. Those about the project's own migrations have their waivers in
/// sources that are elsewhere.
async fn hazards(home: &Home, arguments: &[&str]) -> Vec<String> {
    let report = migrate(home, arguments).await.stdout;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    (report["findings"].as_array().unwrap().iter())
        .filter(|finding| {
            let migration = finding["place"]["migration"].as_str();
            migration.is_none_or(|name| name.starts_with("m20261201_"))
        })
        .map(ToString::to_string)
        .collect()
}

#[tokio::test]
async fn a_recipe_has_no_hazard_on_either_engine() {
    let home = Home::new(Engine::Sqlite).await;
    assert_eq!(hazards(&home, &["lint", "--json"]).await, [""; 0]);
}

/// The rebuild of a table is worth a word from the size on that was said.
#[tokio::test]
async fn the_rebuild_of_a_large_table_is_a_warning() {
    let home = Home::new(Engine::Sqlite).await;
    require(&home, &["up"]).await;
    let about = |lines: Vec<String>| lines.iter().filter(|line| line.contains("GW202")).count();
    let live = ["lint", "--live", "--json"];
    assert_eq!(about(hazards(&home, &live).await), 0);
    let small = [&live[..], &["--large-table", "0"]].concat();
    assert_eq!(
        about(hazards(&home, &small).await),
        2,
        "both recipes rebuild scenes"
    );
}

#[tokio::test]
async fn a_recipe_is_verified_with_rows_on_both_engines() {
    let home = Home::new(Engine::Sqlite).await;
    let server = Scratch::empty(Engine::Postgres).await;
    require(&home, &["verify", "--server", server.url()]).await;
}

/// What CONTRIBUTING shows is what these tests run.
#[test]
fn contributing_shows_the_recipe_that_runs() {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = words(include_str!("../../CONTRIBUTING.md"));
    let source = include_str!("../src/recipes/m20261201_000100_require_duration_of_scenes.rs");
    let recipe = source
        .split_once("const DESCRIPTION")
        .map(|(_, rest)| rest)
        .unwrap();
    let recipe = format!("const DESCRIPTION{recipe}");
    assert!(shown.contains(&words(&recipe)), "{recipe}");
}
