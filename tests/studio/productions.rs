//! Productions: imported whole, stored once, exported to the letter.

use std::{fs, path::Path, sync::Mutex};

use acceptance::{
    Engine, on_both_engines,
    production::{Production, files_below, png},
};
use groundwork_core::{
    error::{DomainError as _, Kind},
    services::studio::{
        ImportOutcome, ImportProgress, Imported, KeyframePosition, Position, ProjectStatus,
        StoryboardOrigin, StudioError, UpdateProject, Upload,
    },
};

use super::fixture::{Fixture, new_scene};

pub(crate) async fn import(fixture: &Fixture, folder: &Path) -> Result<Imported, StudioError> {
    fixture.studio.import_production(folder, &|_| {}).await
}

#[on_both_engines]
async fn an_exported_production_is_the_imported_one_byte_for_byte(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.scratch.dir().join("production");
    let mut production = Production::with_scenes(4);
    production.storyboard["style_guide"] = serde_json::json!({"z": 1, "a": [1.5, {"ü": "ö"}]});
    production.write_to(&folder);
    // A text that no program would write this way, with numbers that a database writes otherwise.
    let text = fs::read_to_string(folder.join("storyboard.json")).unwrap();
    let text = text
        .replace("1.5", "1.50e2")
        .replace("\"z\": 1", "\"z\":\t1e16 ")
        + "\n\n";
    fs::write(folder.join("storyboard.json"), text).unwrap();

    let imported = import(&fixture, &folder).await.unwrap();
    assert_eq!(imported.outcome, ImportOutcome::Stored);
    assert_eq!((imported.scenes, imported.files), (4, 13));
    assert_eq!(imported.project.status, ProjectStatus::Complete);
    let exported = fixture.scratch.dir().join("a/b/exported");
    let done = fixture
        .studio
        .export_project(imported.project.id, &exported)
        .await;
    assert_eq!(done.unwrap().storyboard, StoryboardOrigin::Imported);
    assert_eq!(files_below(&exported), files_below(&folder));
    let beside = fs::read_dir(fixture.scratch.dir().join("a/b")).unwrap();
    assert_eq!(beside.count(), 1, "nothing but the export is left");
}

#[on_both_engines]
async fn details_show_everything_of_an_import(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.scratch.dir().join("production");
    Production::with_scenes(3).write_to(&folder);
    let imported = import(&fixture, &folder).await.unwrap();
    let reader = fixture.db.reader();
    let details = fixture
        .studio
        .project_details(&reader, imported.project.id)
        .await;
    let shown = serde_json::to_value(details.unwrap()).unwrap();
    assert_eq!(shown["id"], serde_json::json!(imported.project.id));
    assert_eq!(shown["title"], "A production of tests");
    assert_eq!(shown["output"]["original_name"], "output/film.mp4");
    let scenes = shown["scenes"].as_array().unwrap();
    assert_eq!(scenes.len(), 3);
    for (index, scene) in scenes.iter().enumerate() {
        assert_eq!(scene["scene_index"], index);
        assert_eq!(scene["keyframes"][0]["position"], "start");
        assert_eq!(scene["keyframes"][1]["position"], "end");
        let artifact = &scene["keyframes"][1]["artifact"];
        assert_eq!(
            artifact["original_name"],
            format!("keyframes/{index:02}-end.png")
        );
        assert_eq!(artifact["media_type"], "image/png");
        assert_eq!(scene["clips"][0]["attempt"], 1);
        assert_eq!(scene["clips"][0]["status"], "complete");
        assert_eq!(scene["clips"][0]["artifact"]["kind"], "clip");
    }
}

#[on_both_engines]
async fn a_second_import_of_the_same_folder_stores_nothing_twice(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.scratch.dir().join("production");
    Production::with_scenes(3).write_to(&folder);
    let first = import(&fixture, &folder).await.unwrap();
    let before = fixture.inventory().await;
    // The folder's place does not matter.
    let elsewhere = fixture.scratch.dir().join("elsewhere");
    fs::rename(&folder, &elsewhere).unwrap();
    let second = import(&fixture, &elsewhere).await.unwrap();
    assert_eq!(second.outcome, ImportOutcome::AlreadyStored);
    assert_eq!(second.project, first.project);
    assert_eq!(fixture.inventory().await, before);
}

#[on_both_engines]
async fn two_imports_of_one_folder_at_the_same_time_store_it_once(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.scratch.dir().join("production");
    Production::with_scenes(3).write_to(&folder);
    let (one, other) = tokio::join!(import(&fixture, &folder), import(&fixture, &folder));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.project.id, other.project.id);
    assert_ne!(one.outcome, other.outcome);
    for _ in 0..200 {
        if fixture.stored_files().len() == 10 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let stored = fixture.inventory().await;
    assert_eq!((stored.rows["projects"], stored.rows["artifacts"]), (1, 10));
    assert_eq!(stored.files.len(), 10);
}

#[on_both_engines]
async fn a_changed_project_is_written_anew_and_its_folder_may_be_imported_again(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.scratch.dir().join("production");
    Production::with_scenes(2).write_to(&folder);
    let first = import(&fixture, &folder).await.unwrap();
    let project = first.project.id;
    let work = fixture.db.begin().await.unwrap();
    let new = new_scene(Position::First, "a new beginning");
    let scene = fixture.studio.add_scene(&work, project, new).await.unwrap();
    work.commit().await.unwrap();
    let upload = Upload {
        original_name: "../not a path".to_owned(),
        content: &*png("new"),
    };
    let start = KeyframePosition::Start;
    fixture
        .studio
        .set_keyframe(scene.id, start, upload)
        .await
        .unwrap();

    let exported = fixture.scratch.dir().join("exported");
    let done = fixture
        .studio
        .export_project(project, &exported)
        .await
        .unwrap();
    assert_eq!(
        (done.storyboard, done.files),
        (StoryboardOrigin::Written, 8)
    );
    assert_eq!(
        fs::read(exported.join("keyframes/00-start-2.png")).unwrap(),
        png("new")
    );
    assert_eq!(
        fs::read(exported.join("keyframes/00-start.png")).unwrap(),
        png("0 start")
    );

    let second = import(&fixture, &folder).await.unwrap();
    assert_eq!(second.outcome, ImportOutcome::Stored);
    let third = import(&fixture, &exported).await.unwrap();
    assert_eq!((third.outcome, third.scenes), (ImportOutcome::Stored, 3));
    let again = fixture.scratch.dir().join("again");
    fixture
        .studio
        .export_project(third.project.id, &again)
        .await
        .unwrap();
    assert_eq!(files_below(&again), files_below(&exported));
}

#[on_both_engines]
async fn a_change_taken_back_gives_the_imported_text_again(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.scratch.dir().join("production");
    Production::with_scenes(1).write_to(&folder);
    let imported = import(&fixture, &folder).await.unwrap().project;
    let origin_after = async |title: &str, name: &str| {
        let work = fixture.db.begin().await.unwrap();
        let change = UpdateProject {
            title: Some(title.to_owned()),
            ..UpdateProject::default()
        };
        fixture
            .studio
            .set_project(&work, imported.id, change)
            .await
            .unwrap();
        work.commit().await.unwrap();
        let target = fixture.scratch.dir().join(name);
        fixture
            .studio
            .export_project(imported.id, &target)
            .await
            .unwrap()
            .storyboard
    };
    assert_eq!(
        origin_after("Other", "one").await,
        StoryboardOrigin::Written
    );
    let origin = origin_after(&imported.title, "two").await;
    assert_eq!(origin, StoryboardOrigin::Imported);
}

#[on_both_engines]
async fn an_export_never_writes_into_a_folder_with_something_in_it(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let project = fixture.project().await.id;
    let target = fixture.scratch.dir().join("target");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("mine.txt"), "mine").unwrap();
    let refused = fixture
        .studio
        .export_project(project, &target)
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), refused.kind()),
        ("TARGET_NOT_EMPTY", Kind::Invalid)
    );
    assert_eq!(files_below(&target).len(), 1);

    fs::remove_file(target.join("mine.txt")).unwrap();
    fixture
        .studio
        .export_project(project, &target)
        .await
        .unwrap();
    assert_eq!(files_below(&target).len(), 1);
    let missing = fixture
        .studio
        .export_project(uuid::Uuid::nil().into(), &target)
        .await;
    assert_eq!(missing.unwrap_err().code(), "PROJECT_NOT_FOUND");
}

#[on_both_engines]
async fn an_export_of_a_damaged_file_names_it_and_leaves_nothing(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.scratch.dir().join("production");
    Production::with_scenes(1).write_to(&folder);
    let project = import(&fixture, &folder).await.unwrap().project.id;
    let stored = fixture.stored_files();
    let clip = stored
        .iter()
        .find(|path| path.to_string_lossy().contains("/clips/"));
    let clip = fixture.files.root().join(clip.unwrap());
    let mut bytes = fs::read(&clip).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&clip, bytes).unwrap();

    let target = fixture.scratch.dir().join("exports/target");
    let refused = fixture
        .studio
        .export_project(project, &target)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "ARTIFACT_DAMAGED");
    assert!(
        refused.to_string().contains("clips/00-attempt-1.mp4"),
        "{refused}"
    );
    let left = fs::read_dir(fixture.scratch.dir().join("exports")).unwrap();
    assert_eq!(left.count(), 0);
}

#[on_both_engines]
async fn an_import_reports_its_progress_and_what_it_left_out(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.scratch.dir().join("production");
    let mut production = Production::with_scenes(2);
    production
        .files
        .insert("notes/readme.txt".to_owned(), b"notes".to_vec());
    production.write_to(&folder);
    let reported = Mutex::new(Vec::new());
    let imported = fixture
        .studio
        .import_production(&folder, &|progress| reported.lock().unwrap().push(progress))
        .await
        .unwrap();
    assert_eq!(imported.unused, ["notes/readme.txt"]);
    let reported = reported.into_inner().unwrap();
    let size_bytes = imported.size_bytes;
    assert_eq!(
        reported.first(),
        Some(&ImportProgress::Storing {
            files: 7,
            size_bytes
        })
    );
    assert_eq!(reported.last(), Some(&ImportProgress::Saving));
    let bytes = reported.iter().map(|progress| match progress {
        ImportProgress::Bytes(bytes) => *bytes,
        _ => 0,
    });
    assert_eq!(bytes.sum::<u64>(), size_bytes);
}
