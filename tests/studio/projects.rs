//! Projects: created, read, listed, changed, removed.

use acceptance::{Engine, on_both_engines, production};
use groundwork_core::{
    error::{DomainError as _, Kind},
    page::{PageLimit, PageRequest},
    services::studio::{
        CreateProject, KeyframePosition, ProjectId, ProjectStatus, UpdateProject, Upload,
    },
};
use rstest::rstest;
use serde_json::json;

use super::fixture::{Fixture, new_project};

#[on_both_engines]
async fn a_project_comes_back_as_it_was_created(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let guide = json!({"palette": ["ink"], "grain": 0.25, "ünï": null});
    let new = CreateProject {
        style_guide: guide.as_object().cloned(),
        ..new_project()
    };
    let work = fixture.db.begin().await.unwrap();
    let added = fixture.studio.add_project(&work, new).await.unwrap();
    work.commit().await.unwrap();

    let reader = fixture.db.reader();
    let read = fixture.studio.project(&reader, added.id).await.unwrap();
    assert_eq!(read, added);
    assert_eq!(read.status, ProjectStatus::Draft);
    assert_eq!(read.style_guide, Some(guide));
    assert_eq!(read.created_at, fixture.clock.now());
    let shown = serde_json::to_value(&read).unwrap();
    assert_eq!(shown["id"], json!(added.id.to_string()));
    assert_eq!(shown["status"], json!("draft"));
    assert_eq!(shown["created_at"], json!("2026-05-01T12:00:00Z"));
}

#[on_both_engines]
async fn a_unit_that_is_dropped_leaves_no_project(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let work = fixture.db.begin().await.unwrap();
    let added = fixture
        .studio
        .add_project(&work, new_project())
        .await
        .unwrap();
    drop(work);
    let found = fixture
        .studio
        .find_project(&fixture.db.reader(), added.id)
        .await;
    assert_eq!(found.unwrap(), None);
}

#[rstest]
#[case::blank_title(CreateProject { title: " ".into(), ..new_project() }, "title", "title must not be blank")]
#[case::long_title(CreateProject { title: "x".repeat(201), ..new_project() }, "title", "title has 201 characters; at most 200 are allowed")]
#[case::long_style(CreateProject { style: "é".repeat(51), ..new_project() }, "style", "style has 51 characters; at most 50 are allowed")]
#[case::nul(CreateProject { prompt: "a\0".into(), ..new_project() }, "prompt", "prompt contains a NUL character (U+0000), which cannot be stored")]
#[case::nul_in_guide(CreateProject { style_guide: json!({"a": "\0"}).as_object().cloned(), ..new_project() }, "style_guide", "style_guide contains a NUL character (U+0000), which cannot be stored")]
#[tokio::test]
async fn a_text_that_breaks_its_rule_is_refused_by_name(
    #[case] new: CreateProject,
    #[case] field: &str,
    #[case] message: &str,
) {
    let fixture = Fixture::new(Engine::Sqlite).await;
    let work = fixture.db.begin().await.unwrap();
    let error = fixture.studio.add_project(&work, new).await.unwrap_err();
    assert_eq!(error.to_string(), message);
    assert_eq!((error.kind(), error.field()), (Kind::Invalid, Some(field)));
}

#[on_both_engines]
async fn texts_at_their_limits_are_admitted(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let new = CreateProject {
        title: "é".repeat(200),
        style: "é".repeat(50),
        prompt: "😀".repeat(20_000),
        style_guide: None,
    };
    let work = fixture.db.begin().await.unwrap();
    let added = fixture
        .studio
        .add_project(&work, new.clone())
        .await
        .unwrap();
    work.commit().await.unwrap();
    assert_eq!((added.title, added.style), (new.title, new.style));
    assert_eq!(added.prompt, new.prompt);
}

#[on_both_engines]
async fn projects_are_listed_newest_first_and_page_by_page(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.insert(0, fixture.project().await.id);
    }
    let mut page = PageRequest {
        after: None,
        limit: PageLimit::new(2).unwrap(),
    };
    let mut seen: Vec<ProjectId> = Vec::new();
    loop {
        let listed = fixture
            .studio
            .list_projects(&fixture.db.reader(), page)
            .await;
        let listed = listed.unwrap();
        seen.extend(listed.items.iter().map(|project| project.id));
        // What comes meanwhile neither repeats nor hides anything.
        fixture.project().await;
        page.after = listed.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ids);
}

#[on_both_engines]
async fn a_change_leaves_the_other_fields_as_they_are(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let before = fixture.project().await;
    fixture.clock.advance(chrono::TimeDelta::seconds(5));
    let work = fixture.db.begin().await.unwrap();
    let change = UpdateProject {
        title: Some("Harbour".to_owned()),
        style_guide: Some(json!({"a": 1}).as_object().cloned()),
        ..UpdateProject::default()
    };
    let after = fixture.studio.set_project(&work, before.id, change).await;
    let after = after.unwrap();
    work.commit().await.unwrap();
    assert_eq!((&*after.title, &after.prompt), ("Harbour", &before.prompt));
    assert_eq!(after.style_guide, Some(json!({"a": 1})));
    assert_eq!(after.created_at, before.created_at);
    assert_eq!(after.updated_at, fixture.clock.now());

    let work = fixture.db.begin().await.unwrap();
    let change = UpdateProject {
        style_guide: Some(None),
        ..UpdateProject::default()
    };
    let after = fixture.studio.set_project(&work, before.id, change).await;
    assert_eq!(after.unwrap().style_guide, None);
}

#[on_both_engines]
async fn a_removed_project_takes_everything_of_it_along_and_its_files_to_the_trash(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let (project, scenes) = fixture.project_with_scenes(2).await;
    let upload = Upload {
        original_name: "a.png".to_owned(),
        content: production::PNG,
    };
    let start = KeyframePosition::Start;
    let stored = fixture
        .studio
        .set_keyframe(scenes[0].id, start, upload)
        .await;
    stored.unwrap();

    let work = fixture.db.begin().await.unwrap();
    fixture
        .studio
        .remove_project(&work, project.id)
        .await
        .unwrap();
    work.commit().await.unwrap();
    let left = fixture.inventory().await;
    assert_eq!(left.rows.values().sum::<i64>(), left.rows["file_trash"]);
    assert_eq!(left.rows["file_trash"], 1);
    fixture.files.sweep(&fixture.db).await.unwrap();
    let left = fixture.inventory().await;
    assert_eq!((left.rows["file_trash"], left.files.len()), (0, 0));

    let work = fixture.db.begin().await.unwrap();
    let again = fixture.studio.remove_project(&work, project.id).await;
    assert_eq!(again.unwrap_err().code(), "PROJECT_NOT_FOUND");
}
