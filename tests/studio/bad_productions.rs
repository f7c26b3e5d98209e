//! Productions that cannot be imported: each is refused with what is wrong with it, and leaves everything
//! as it was.

use std::{fs, os::unix::fs::symlink, path::Path};

use acceptance::{
    Engine,
    given::MAX_FILE_BYTES,
    on_both_engines,
    production::{Production, png},
    wait_until,
};
use groundwork_core::{
    error::{DomainError as _, Kind},
    services::studio::ImportProgress,
};
use rstest::rstest;
use serde_json::json;

use super::{fixture::Fixture, productions::import};

/// Spoils a sound production of two scenes before it is written.
type Spoil = fn(&mut Production);
/// Spoils the folder after it was written.
type Damage = fn(&Path);

/// Imports a spoiled production into a studio that holds another one; gives the error's text.
async fn refused(engine: Engine, spoil: Spoil, damage: Damage) -> String {
    let fixture = Fixture::new(engine).await;
    let other = fixture.scratch.dir().join("other");
    Production::with_scenes(1).write_to(&other);
    import(&fixture, &other).await.unwrap();
    let before = fixture.inventory().await;

    let folder = fixture.scratch.dir().join("bad");
    let mut production = Production::with_scenes(2);
    spoil(&mut production);
    production.write_to(&folder);
    damage(&folder);
    let error = import(&fixture, &folder).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid, "{error:?}");
    assert_eq!(error.code(), "PRODUCTION_INVALID", "{error:?}");
    assert_eq!(fixture.inventory().await, before);
    error.to_string()
}

const SOUND: Damage = |_| {};

#[on_both_engines]
#[case::unknown_field(|p: &mut Production| p.storyboard["scenes"][1]["motion_promt"] = json!(""), "scenes[1].motion_promt: is no field here; did you mean \"motion_prompt\"?")]
#[case::missing_field(|p: &mut Production| { p.storyboard.as_object_mut().unwrap().remove("title"); }, "storyboard.json:1:1: title: is missing")]
#[case::wrong_type(|p: &mut Production| p.storyboard["scenes"][0]["duration_ms"] = json!("4 s"), "scenes[0].duration_ms: must be a whole number, not a text")]
#[case::scene_index_twice(|p: &mut Production| p.storyboard["scenes"][1]["scene_index"] = json!(0), "scenes[1].scene_index: is 0, as in a scene before")]
#[case::long_title(|p: &mut Production| p.storyboard["title"] = json!("x".repeat(10 << 20)), "title: has 10485760 characters; at most 200 are allowed")]
#[case::long_style(|p: &mut Production| p.storyboard["style"] = json!("x".repeat(51)), "style: has 51 characters; at most 50 are allowed")]
#[case::nul(|p: &mut Production| p.storyboard["prompt"] = json!("a\0b"), "prompt: contains a NUL character (U+0000), which cannot be stored")]
#[case::sixteen_scenes(|p: &mut Production| *p = Production::with_scenes(16), "scenes: has 16 scenes; at most 15 are allowed (pipeline.max_scenes)")]
#[case::escape(|p: &mut Production| p.storyboard["output"] = json!("../film.mp4"), "output: \"../film.mp4\" leads out of the production folder")]
#[case::absolute(|p: &mut Production| p.storyboard["output"] = json!("/etc/passwd"), "output: \"/etc/passwd\" is absolute; write it relative to the production folder")]
#[case::same_file_twice(|p: &mut Production| p.storyboard["output"] = json!("clips/00-attempt-1.mp4"), "output: \"clips/00-attempt-1.mp4\" is already named by scenes[0].clips[0].file")]
#[case::missing_image(|p: &mut Production| { p.files.remove("keyframes/01-end.png"); }, "\nkeyframes/01-end.png: is missing")]
#[case::empty_image(|p: &mut Production| { p.files.insert("keyframes/01-end.png".into(), Vec::new()); }, "\nkeyframes/01-end.png: is refused: the file is empty")]
#[case::text_as_image(|p: &mut Production| { p.files.insert("keyframes/01-end.png".into(), b"a text".to_vec()); }, "\nkeyframes/01-end.png: is refused: the content is ")]
#[case::image_as_clip(|p: &mut Production| { p.files.insert("clips/00-attempt-1.mp4".into(), png("")); }, "\nclips/00-attempt-1.mp4: is refused: the content is image/png, not video/mp4")]
async fn a_production_with_a_fault_is_reported_and_changes_nothing(
    #[case] spoil: Spoil,
    #[case] expected: &str,
    engine: Engine,
) {
    let message = refused(engine, spoil, SOUND).await;
    assert!(message.contains(expected), "{message}");
}

#[on_both_engines]
#[case::invalid_utf8(|folder: &Path| fs::write(folder.join("storyboard.json"), b"{\"title\": \"\xff\"}").unwrap(), "storyboard.json: is not UTF-8: the byte at offset 11 does not belong there")]
#[case::no_json(|folder: &Path| fs::write(folder.join("storyboard.json"), "{\n  title").unwrap(), "storyboard.json:2:3: is not JSON: key must be a string")]
#[case::no_storyboard(|folder: &Path| fs::remove_file(folder.join("storyboard.json")).unwrap(), "storyboard.json: is missing")]
#[case::huge_storyboard(|folder: &Path| fs::File::create(folder.join("storyboard.json")).unwrap().set_len(1 << 40).unwrap(), "storyboard.json: is larger than 16777216 bytes")]
#[case::huge_file(|folder: &Path| fs::File::create(folder.join("output/film.mp4")).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap(), "output/film.mp4: has 1048577 bytes; at most 1048576 are allowed (files.max_file_bytes)")]
#[case::folder_as_file(|folder: &Path| { fs::remove_file(folder.join("output/film.mp4")).unwrap(); fs::create_dir(folder.join("output/film.mp4")).unwrap(); }, "output/film.mp4: is no regular file")]
#[case::link_out(|folder: &Path| { fs::remove_file(folder.join("output/film.mp4")).unwrap(); symlink("/etc/passwd", folder.join("output/film.mp4")).unwrap(); }, "output/film.mp4: leads out of the production folder")]
#[case::linked_folder(|folder: &Path| { fs::remove_dir_all(folder.join("output")).unwrap(); symlink("../other/output", folder.join("output")).unwrap(); }, "output/film.mp4: leads out of the production folder")]
#[case::pipe(|folder: &Path| { fs::remove_file(folder.join("output/film.mp4")).unwrap(); pipe(&folder.join("output/film.mp4")); }, "output/film.mp4: is no regular file")]
async fn a_folder_with_a_fault_is_reported_and_changes_nothing(
    #[case] damage: Damage,
    #[case] expected: &str,
    engine: Engine,
) {
    let message = refused(engine, |_: &mut Production| {}, damage).await;
    assert!(message.contains(expected), "{message}");
}

fn pipe(path: &Path) {
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mkfifoat(rustix::fs::CWD, path, mode).unwrap();
}

#[on_both_engines]
async fn every_fault_of_the_files_is_reported_at_once(engine: Engine) {
    let spoil: Spoil = |production| {
        production.files.remove("keyframes/00-start.png");
        production
            .files
            .insert("keyframes/01-start.png".to_owned(), Vec::new());
        production
            .files
            .insert("output/film.mp4".to_owned(), b"no".to_vec());
    };
    let message = refused(engine, spoil, SOUND).await;
    assert_eq!(message.lines().count(), 4, "{message}");
}

#[rstest]
#[tokio::test]
async fn a_folder_that_does_not_exist_is_named() {
    let fixture = Fixture::new(Engine::Sqlite).await;
    let missing = fixture.scratch.dir().join("missing");
    let error = import(&fixture, &missing).await.unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        ("PRODUCTION_UNREADABLE", Kind::Invalid)
    );
    assert!(
        error.to_string().contains(&*missing.to_string_lossy()),
        "{error}"
    );
}

/// Imports a folder that `meddle` meddles with when storing begins.
async fn meddled_with(
    engine: Engine,
    meddle: fn(&Path),
) -> groundwork_core::services::studio::StudioError {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.scratch.dir().join("production");
    Production::with_scenes(3).write_to(&folder);
    let before = fixture.inventory().await;
    let watch = |progress| {
        if let ImportProgress::Storing { .. } = progress {
            meddle(&folder);
        }
    };
    let error = fixture
        .studio
        .import_production(&folder, &watch)
        .await
        .unwrap_err();
    // Files that were being staged beside the refused one go by themselves.
    let is_clean = || fixture.stored_files() == before.files;
    wait_until("what was staged is removed", is_clean).await;
    assert_eq!(fixture.inventory().await, before);
    error
}

#[on_both_engines]
async fn a_folder_that_vanishes_midway_is_reported_by_the_file_and_leaves_nothing(engine: Engine) {
    let error = meddled_with(engine, |folder: &Path| fs::remove_dir_all(folder).unwrap()).await;
    assert_eq!(
        (error.code(), error.kind()),
        ("PRODUCTION_UNREADABLE", Kind::Invalid)
    );
    assert!(
        error.to_string().contains("clips/00-attempt-1.mp4"),
        "{error}"
    );
}

#[on_both_engines]
async fn a_file_that_changes_midway_is_reported_and_nothing_is_stored(engine: Engine) {
    let error = meddled_with(engine, |folder: &Path| {
        fs::write(folder.join("keyframes/02-end.png"), png("another")).unwrap();
    })
    .await;
    assert_eq!(
        (error.code(), error.kind()),
        ("PRODUCTION_CHANGED", Kind::Conflict)
    );
    assert!(
        error.to_string().contains("keyframes/02-end.png"),
        "{error}"
    );
}
