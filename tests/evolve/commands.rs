//! `migrate diff` and `migrate new`, as they are run.

use acceptance::{Engine, Home, on_both_engines};

use super::Entities;

const SCENES: &str = "src/studio/scenes.rs";
const DURATION: &str = "    pub duration_ms: Option<i64>,\n";

#[on_both_engines]
async fn a_diff_lists_the_edits_and_a_new_migration_makes_them(engine: Engine) {
    let home = Home::new(engine).await;
    let entities = Entities::copy();
    let folder = entities.path("").display().to_string();
    let diff = || home.migrate(["diff", "--entity", &folder, "--json"]);
    assert_eq!(diff().await.json()["edits"], serde_json::json!([]));
    entities.replace(
        SCENES,
        DURATION,
        &format!("{DURATION}    pub mood: Option<String>,\n"),
    );
    let outcome = diff().await;
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    let found: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(found["edits"][0]["edit"], "add_column");
    let lines = home.migrate(["diff", "--entity", &folder]).await;
    assert_eq!(lines.stdout, "add column scenes.mood (text, optional)\n");

    let new = ["new", "add_mood", "--from-entities", "--entity", &folder];
    let source = home
        .migrate([&new[..], &["--stdout"]].concat())
        .await
        .succeeded();
    assert!(
        source.contains(".add_column(Column::optional(\"mood\", Kind::Text))"),
        "{source}"
    );
    let report = home
        .migrate([&new[..], &["--dry-run", "--json"]].concat())
        .await
        .json();
    assert_eq!(report["written"], false);
    let engines = report["proven_on"].as_array().unwrap().len();
    // A configured server is tried too.
    assert_eq!(
        engines,
        if engine == Engine::Postgres { 2 } else { 1 },
        "{report}"
    );
}

#[on_both_engines]
async fn without_a_terminal_an_open_question_is_refused(engine: Engine) {
    let home = Home::new(engine).await;
    let entities = Entities::copy();
    let folder = entities.path("").display().to_string();
    entities.replace(SCENES, DURATION, "    pub length_ms: Option<i64>,\n");
    let new = [
        "new",
        "rename_length",
        "--from-entities",
        "--stdout",
        "--entity",
        &folder,
    ];
    let stderr = home.migrate(new).await.failed(2);
    assert!(
        stderr.contains("--rename scenes.duration_ms=length_ms"),
        "{stderr}"
    );
    let decided = [&new[..], &["--rename", "scenes.duration_ms=length_ms"]].concat();
    let source = home.migrate(decided).await.succeeded();
    assert!(
        source.contains(".rename_column(\"duration_ms\", \"length_ms\")"),
        "{source}"
    );
}

#[on_both_engines]
async fn a_name_that_says_enough_gets_a_body(engine: Engine) {
    let home = Home::new(engine).await;
    let new = async |arguments: &[&str]| {
        home.migrate([&["new", "--stdout"], arguments].concat())
            .await
            .succeeded()
    };
    let mut all = String::new();
    for arguments in [
        &[
            "add_mood_to_scenes",
            "mood:text=calm",
            "clip:references(video_clips)",
        ][..],
        &[
            "create_books",
            "title:text!",
            "isbn:text!:unique",
            "price:double",
            "scene:references!",
        ],
        &["drop_duration_ms_from_scenes"],
        &["drop_keyframes"],
        &["rename_scene_index_to_place_in_scenes"],
        &["add_tone_to_scenes"],
    ] {
        all.push_str(&new(arguments).await);
    }
    insta::assert_snapshot!("bodies", all);
    let refused = async |arguments: &[&str]| {
        home.migrate([&["new", "--stdout"], arguments].concat())
            .await
            .failed(2)
    };
    let error = refused(&["add_mood_to_scnes", "mood:text"]).await;
    assert!(error.contains("there is no table scnes"), "{error}");
    let error = refused(&["add_price_to_scenes", "price:money"]).await;
    assert!(error.contains("`money` is no kind of column"), "{error}");
    let error = refused(&["create_books", "writer:references"]).await;
    assert!(
        error.contains("there is no table writers to refer to"),
        "{error}"
    );
    let error = refused(&["create_books", "pages:bigint=many"]).await;
    assert!(error.contains("`many` is no whole number"), "{error}");
}
