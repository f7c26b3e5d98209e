//! Scenes: whatever happens to them, their indexes stay 0, 1, 2 and so on.

use acceptance::{Engine, on_both_engines};
use futures_util::future::join_all;
use groundwork_core::{
    error::{DomainError as _, Kind},
    services::studio::{Position, ProjectId, StudioError, UpdateScene},
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::fixture::{Fixture, new_scene};

/// The scenes of a project by their descriptions, after checking their indexes.
async fn described(fixture: &Fixture, project: ProjectId) -> Vec<String> {
    let scenes = fixture
        .studio
        .list_scenes(&fixture.db.reader(), project)
        .await;
    let scenes = scenes.unwrap();
    let indexes: Vec<i64> = scenes.iter().map(|scene| scene.scene_index).collect();
    assert_eq!(indexes, (0..).take(scenes.len()).collect::<Vec<i64>>());
    scenes.into_iter().map(|scene| scene.description).collect()
}

#[on_both_engines]
async fn a_scene_is_added_first_last_or_between(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let (project, _) = fixture.project_with_scenes(2).await;
    let work = fixture.db.begin().await.unwrap();
    for (position, name) in [
        (Position::First, "first"),
        (Position::Last, "last"),
        (Position::At(2), "between"),
    ] {
        let new = new_scene(position, name);
        fixture
            .studio
            .add_scene(&work, project.id, new)
            .await
            .unwrap();
    }
    let beyond = new_scene(Position::At(6), "beyond");
    let refused = fixture
        .studio
        .add_scene(&work, project.id, beyond)
        .await
        .unwrap_err();
    assert_eq!(refused.to_string(), "there is no place 6 among 5 scenes");
    work.commit().await.unwrap();
    let expected = ["first", "0", "between", "1", "last"];
    assert_eq!(described(&fixture, project.id).await, expected);
}

#[on_both_engines]
async fn removing_a_scene_closes_the_gap(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let (project, scenes) = fixture.project_with_scenes(4).await;
    let work = fixture.db.begin().await.unwrap();
    fixture
        .studio
        .remove_scene(&work, scenes[1].id)
        .await
        .unwrap();
    work.commit().await.unwrap();
    assert_eq!(described(&fixture, project.id).await, ["0", "2", "3"]);
    let work = fixture.db.begin().await.unwrap();
    let again = fixture.studio.remove_scene(&work, scenes[1].id).await;
    assert_eq!(again.unwrap_err().code(), "SCENE_NOT_FOUND");
}

#[on_both_engines]
async fn a_scene_is_changed_where_it_is(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let (_, scenes) = fixture.project_with_scenes(2).await;
    let work = fixture.db.begin().await.unwrap();
    let change = UpdateScene {
        description: Some("night".to_owned()),
        duration_ms: Some(None),
        ..UpdateScene::default()
    };
    let changed = fixture.studio.set_scene(&work, scenes[1].id, change).await;
    let changed = changed.unwrap();
    assert_eq!(
        (&*changed.description, changed.duration_ms),
        ("night", None)
    );
    assert_eq!(changed.start_prompt, scenes[1].start_prompt);
    assert_eq!(changed.scene_index, 1);
    let unchanged = fixture
        .studio
        .set_scene(&work, scenes[1].id, UpdateScene::default());
    assert_eq!(unchanged.await.unwrap(), changed);
    for duration_ms in [0, -1, 3_600_001] {
        let change = UpdateScene {
            duration_ms: Some(Some(duration_ms)),
            ..UpdateScene::default()
        };
        let refused = fixture.studio.set_scene(&work, scenes[1].id, change).await;
        assert_eq!(refused.unwrap_err().field(), Some("duration_ms"));
    }
}

#[on_both_engines]
async fn the_fifteenth_scene_is_admitted_and_the_sixteenth_is_not(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let (project, _) = fixture.project_with_scenes(15).await;
    let work = fixture.db.begin().await.unwrap();
    let new = new_scene(Position::First, "16");
    let refused = fixture
        .studio
        .add_scene(&work, project.id, new)
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), refused.kind()),
        ("TOO_MANY_SCENES", Kind::Conflict)
    );
    drop(work);
    assert_eq!(described(&fixture, project.id).await.len(), 15);
}

#[on_both_engines]
async fn scenes_added_at_the_same_time_stay_dense_and_bounded(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let project = fixture.project().await.id;
    let add = async |at: usize| {
        let position = match at % 3 {
            0 => Position::First,
            1 => Position::Last,
            _ => Position::At(0),
        };
        let work = fixture.db.begin().await?;
        let new = new_scene(position, &at.to_string());
        fixture.studio.add_scene(&work, project, new).await?;
        work.commit().await?;
        Ok::<_, StudioError>(())
    };
    let results = join_all((0..24).map(add)).await;
    let (added, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!((added.len(), refused.len()), (15, 9));
    for result in refused {
        assert_eq!(result.unwrap_err().code(), "TOO_MANY_SCENES");
    }
    assert_eq!(described(&fixture, project).await.len(), 15);
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Add(usize),
    Move(usize, usize),
    Remove(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (0..20_usize).prop_map(Change::Add),
        3 => (0..20_usize, 0..20_usize).prop_map(|(from, to)| Change::Move(from, to)),
        1 => (0..20_usize).prop_map(Change::Remove),
    ]
}

/// Applies a change to the project and to the model, which must agree whether it is possible.
async fn apply(
    fixture: &Fixture,
    project: ProjectId,
    model: &mut Vec<String>,
    number: usize,
    change: Change,
) {
    let scenes = fixture
        .studio
        .list_scenes(&fixture.db.reader(), project)
        .await;
    let scenes = scenes.unwrap();
    let work = fixture.db.begin().await.unwrap();
    match change {
        Change::Add(at) => {
            let new = new_scene(Position::At(at), &number.to_string());
            let added = fixture.studio.add_scene(&work, project, new).await;
            assert_eq!(added.is_ok(), model.len() < 15 && at <= model.len());
            if added.is_ok() {
                model.insert(at, number.to_string());
            }
        }
        Change::Move(from, to) => {
            let Some(scene) = scenes.get(from) else {
                return;
            };
            let moved = fixture
                .studio
                .move_scene(&work, scene.id, Position::At(to))
                .await;
            assert_eq!(moved.is_ok(), to < model.len());
            if moved.is_ok() {
                let description = model.remove(from);
                model.insert(to, description);
            }
        }
        Change::Remove(at) => {
            let Some(scene) = scenes.get(at) else { return };
            fixture.studio.remove_scene(&work, scene.id).await.unwrap();
            model.remove(at);
        }
    }
    work.commit().await.unwrap();
}

#[on_both_engines]
fn whatever_is_done_to_scenes_they_agree_with_a_list(engine: Engine) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fixture = runtime.block_on(Fixture::new(engine));
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(12)
    };
    let changes = proptest::collection::vec(change(), 1..30);
    TestRunner::new(config)
        .run(&changes, |changes| {
            runtime.block_on(async {
                let project = fixture.project().await.id;
                let mut model = Vec::new();
                for (number, change) in changes.into_iter().enumerate() {
                    apply(&fixture, project, &mut model, number, change).await;
                }
                assert_eq!(described(&fixture, project).await, model);
            });
            Ok(())
        })
        .unwrap();
    // The pools of the database need the runtime to close.
    runtime.block_on(async move { drop(fixture) });
}
