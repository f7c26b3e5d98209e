//! Productions and arguments that are refused, with a clear error and nothing stored.

use std::{fs, os::unix::fs::symlink};

use acceptance::{
    Engine, Home, given, on_both_engines,
    production::{MP4, Production, stored_below},
};
use rstest::rstest;
use serde_json::json;

/// Imports the folder `production`, which must be refused, and returns its output.
async fn refused(home: &Home) -> String {
    let output = home
        .groundwork(["studio", "import", "production"])
        .await
        .failed(65);
    assert!(!output.contains("panicked"), "{output}");
    let list = home.groundwork(["studio", "list", "--json"]).await.json();
    assert_eq!(list["items"], json!([]), "something is stored");
    let files = home.dir().join("var/files");
    assert!(
        !files.exists() || stored_below(&files).is_empty(),
        "a file is stored"
    );
    output
}

type Spoil = fn(&mut Production);

#[on_both_engines]
#[case::an_unknown_field(
    |it: &mut Production| it.storyboard["scenes"][1]["descripton"] = "typo".into(),
    &["storyboard.json", "scenes[1].descripton", "description"],
)]
#[case::a_missing_title(
    |it: &mut Production| drop(it.storyboard.as_object_mut().unwrap().remove("title")),
    &["storyboard.json", "title"],
)]
#[case::a_missing_image(|it: &mut Production| drop(it.files.remove("keyframes/01-end.png")), &["keyframes/01-end.png"])]
#[case::a_scene_index_twice(|it: &mut Production| it.storyboard["scenes"][2]["scene_index"] = 1.into(), &["scene_index", "1"])]
#[case::sixteen_scenes(|it: &mut Production| *it = Production::with_scenes(16), &["16", "15"])]
#[case::an_empty_picture(
    |it: &mut Production| drop(it.files.insert("keyframes/00-start.png".to_owned(), Vec::new())),
    &["keyframes/00-start.png", "empty"],
)]
#[case::a_text_named_png(
    |it: &mut Production| drop(it.files.insert("keyframes/00-start.png".to_owned(), b"not a picture\n".to_vec())),
    &["keyframes/00-start.png"],
)]
#[case::a_clip_named_png(
    |it: &mut Production| drop(it.files.insert("keyframes/00-start.png".to_owned(), MP4.to_vec())),
    &["keyframes/00-start.png"],
)]
#[case::a_title_of_10_mb(|it: &mut Production| it.storyboard["title"] = "x".repeat(10 << 20).into(), &["storyboard.json"])]
#[case::a_file_outside(
    |it: &mut Production| it.storyboard["scenes"][0]["keyframes"]["start"] = "../secret.png".into(),
    &["../secret.png"],
)]
#[case::an_absolute_path(
    |it: &mut Production| it.storyboard["scenes"][0]["keyframes"]["start"] = "/etc/passwd".into(),
    &["/etc/passwd"],
)]
async fn a_spoiled_production_is_refused_with_its_reason(
    engine: Engine,
    #[case] spoil: Spoil,
    #[case] reasons: &[&str],
) {
    let home = Home::over(given::migrated(engine).await);
    let mut production = Production::with_scenes(3);
    spoil(&mut production);
    production.write_to(&home.dir().join("production"));
    let output = refused(&home).await;
    assert!(output.len() < 4096, "{} bytes of error", output.len());
    for reason in reasons {
        assert!(output.contains(reason), "`{reason}` is not in: {output}");
    }
}

#[on_both_engines]
async fn a_storyboard_that_is_not_utf_8_is_refused(engine: Engine) {
    let home = Home::over(given::migrated(engine).await);
    let folder = home.dir().join("production");
    Production::with_scenes(1).write_to(&folder);
    let mut text = fs::read(folder.join("storyboard.json")).unwrap();
    let title = text.windows(5).position(|it| it == b"tests").unwrap();
    text[title] = 0xFF;
    fs::write(folder.join("storyboard.json"), text).unwrap();
    let output = refused(&home).await;
    assert!(output.contains("UTF-8"), "{output}");
}

#[on_both_engines]
async fn a_link_that_leads_out_of_the_production_is_refused(engine: Engine) {
    let home = Home::over(given::migrated(engine).await);
    let folder = home.dir().join("production");
    Production::with_scenes(1).write_to(&folder);
    let picture = folder.join("keyframes/00-start.png");
    fs::rename(&picture, home.dir().join("secret.png")).unwrap();
    symlink("../../secret.png", &picture).unwrap();
    let output = refused(&home).await;
    assert!(output.contains("keyframes/00-start.png"), "{output}");
}

#[tokio::test]
async fn every_problem_of_a_production_is_reported_at_once() {
    let home = Home::over(given::migrated(Engine::Sqlite).await);
    let mut production = Production::with_scenes(2);
    production.storyboard["colour"] = "unknown".into();
    production.storyboard["scenes"][0]["duration_ms"] = (-1).into();
    production
        .files
        .insert("keyframes/01-end.png".to_owned(), Vec::new());
    production.write_to(&home.dir().join("production"));
    let output = refused(&home).await;
    assert!(
        output.contains("colour") && output.contains("duration_ms"),
        "{output}"
    );
}

#[tokio::test]
async fn a_folder_that_is_no_production_is_refused() {
    let home = Home::over(given::migrated(Engine::Sqlite).await);
    let output = refused(&home).await;
    assert!(output.contains("production"), "{output}");
    fs::write(home.dir().join("production"), "a file").unwrap();
    let _ = refused(&home).await;
    fs::remove_file(home.dir().join("production")).unwrap();
    fs::create_dir(home.dir().join("production")).unwrap();
    let output = refused(&home).await;
    assert!(output.contains("storyboard.json"), "{output}");
}

#[tokio::test]
async fn an_export_never_writes_over_what_is_there() {
    let home = Home::over(given::migrated(Engine::Sqlite).await);
    Production::with_scenes(1).write_to(&home.dir().join("production"));
    let import = home.groundwork(["studio", "import", "production", "--json"]);
    let imported = import.await.json();
    let id = imported["project"]["id"].as_str().unwrap();
    let before = stored_below(&home.dir().join("production"));
    let export = home.groundwork(["studio", "export", id, "production"]);
    let output = export.await.failed(65);
    assert!(output.contains("production"), "{output}");
    assert_eq!(stored_below(&home.dir().join("production")), before);
}

#[rstest]
#[case::a_wrong_command(&["studoi", "list"], 2, "studio")]
#[case::a_wrong_flag(&["studio", "list", "--jsno"], 2, "--json")]
#[case::a_limit_out_of_range(&["studio", "list", "--limit", "0"], 2, "1..")]
#[case::no_id(&["studio", "show", "lighthouse"], 65, "lighthouse")]
#[case::an_unknown_id(&["studio", "show", "0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21"], 65, "0199b2c4")]
#[case::a_cursor_that_is_none(&["studio", "list", "--after", "yesterday"], 65, "yesterday")]
#[tokio::test]
async fn a_wrong_argument_is_refused_with_its_reason(
    #[case] arguments: &[&str],
    #[case] code: i32,
    #[case] reason: &str,
) {
    let home = Home::over(given::migrated(Engine::Sqlite).await);
    let output = home.groundwork(arguments).await.failed(code);
    assert!(output.contains(reason), "`{reason}` is not in: {output}");
}

#[rstest]
#[case::an_unknown_key("GROUNDWORK_DATABASE__ULR", "x", "GROUNDWORK_DATABASE__URL")]
#[case::a_wrong_type("GROUNDWORK_DATABASE__READERS", "many", "GROUNDWORK_DATABASE__READERS")]
#[case::out_of_range(
    "GROUNDWORK_PIPELINE__MAX_SCENES",
    "0",
    "GROUNDWORK_PIPELINE__MAX_SCENES"
)]
#[tokio::test]
async fn a_wrong_setting_names_its_variable(
    #[case] variable: &str,
    #[case] value: &str,
    #[case] reason: &str,
) {
    let home = Home::new(Engine::Sqlite).await;
    let mut command = home.command(acceptance::Program::Groundwork, ["studio", "list"]);
    let output = acceptance::Outcome::of(command.env(variable, value))
        .await
        .failed(78);
    assert!(
        output.contains(variable) && output.contains(reason),
        "{output}"
    );
}

#[tokio::test]
async fn a_password_is_never_printed() {
    let mut home = Home::new(Engine::Sqlite).await;
    home.set_database_url("postgres://app:hunter2@127.0.0.1:1/app");
    for arguments in [
        &["config"][..],
        &["config", "--json"],
        &["doctor"],
        &["studio", "list"],
    ] {
        let outcome = home.groundwork(arguments).await;
        let output = outcome.stdout + &outcome.stderr;
        assert!(
            output.contains("127.0.0.1") && !output.contains("hunter2"),
            "{output}"
        );
    }
}
