//! What the studio's services cost: the statements that each sends, on both engines. Beginning and
//! committing the unit of work is not counted. `http::statements` counts in PostgreSQL's own log.

use std::sync::{Arc, Mutex};

use acceptance::{Engine, on_both_engines, production::PNG};
use groundwork_core::services::studio::{
    ArtifactId, KeyframePosition, Position, ProjectId, SceneId, UpdateScene, Upload,
};
use tracing::{
    Event, Metadata, Subscriber,
    span::{Attributes, Id, Record},
};

use super::fixture::{Fixture, new_scene};

/// Counts the spans that `groundwork_core::db` opens around statements in this thread.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<usize>>);

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.name() == "statement"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        Id::from_u64(u64::try_from(*count).unwrap())
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// How many statements `run` sends.
async fn statements_of<T>(run: impl Future<Output = T>) -> (usize, T) {
    let statements = Statements::default();
    let listening = tracing::subscriber::set_default(statements.clone());
    let result = run.await;
    drop(listening);
    let count = *statements.0.lock().unwrap();
    (count, result)
}

impl Fixture {
    async fn appends(&self, project: ProjectId, position: Position) -> usize {
        let work = self.db.begin().await.unwrap();
        let adding = self
            .studio
            .add_scene(&work, project, new_scene(position, "new"));
        let (count, added) = statements_of(adding).await;
        added.unwrap();
        work.commit().await.unwrap();
        count
    }

    async fn removes(&self, scene: SceneId) -> usize {
        let work = self.db.begin().await.unwrap();
        let (count, removed) = statements_of(self.studio.remove_scene(&work, scene)).await;
        removed.unwrap();
        work.commit().await.unwrap();
        count
    }

    async fn keyframe(&self, scene: SceneId) -> (usize, ArtifactId) {
        let upload = Upload {
            original_name: "start.png".to_owned(),
            content: PNG,
        };
        let position = KeyframePosition::Start;
        let storing = self.studio.set_keyframe(scene, position, upload);
        let (count, stored) = statements_of(storing).await;
        (count, stored.unwrap().item.artifact.id)
    }
}

#[on_both_engines]
async fn no_statement_of_a_change_is_one_too_many(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let (project, scenes) = fixture.project_with_scenes(3).await;
    // The lock, the run, the count, the row, the project.
    assert_eq!(fixture.appends(project.id, Position::Last).await, 5);
    // And two that move the others.
    assert_eq!(fixture.appends(project.id, Position::First).await, 7);

    let work = fixture.db.begin().await.unwrap();
    let change = UpdateScene {
        description: Some("another".to_owned()),
        ..UpdateScene::default()
    };
    let changing = fixture.studio.set_scene(&work, scenes[0].id, change);
    let (count, changed) = statements_of(changing).await;
    assert_eq!(
        (count, changed.unwrap().description.as_str()),
        (4, "another")
    );
    let moving = fixture
        .studio
        .move_scene(&work, scenes[0].id, Position::Last);
    let (count, moved) = statements_of(moving).await;
    assert_eq!((count, moved.unwrap().scene_index), (9, 4));
    work.commit().await.unwrap();

    // The lock, the scene, the run, the count, its files, the row, the project.
    assert_eq!(fixture.removes(scenes[0].id).await, 7);
    // And two that close the gap.
    assert_eq!(fixture.removes(scenes[1].id).await, 9);
}

#[on_both_engines]
async fn what_is_read_is_read_at_once(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let (project, scenes) = fixture.project_with_scenes(2).await;
    let (count, artifact) = fixture.keyframe(scenes[0].id).await;
    // Its project; then the lock, the scene, the file, the keyframe that was there, the row, the
    // project.
    assert_eq!(count, 7);
    let (count, content) = statements_of(fixture.studio.open_artifact(artifact)).await;
    assert_eq!((count, content.unwrap().artifact.id), (1, artifact));
    let reader = fixture.db.reader();
    let reading = fixture
        .studio
        .find_keyframe(&reader, scenes[0].id, KeyframePosition::Start);
    let (count, keyframe) = statements_of(reading).await;
    let keyframe = keyframe.unwrap().unwrap();
    assert_eq!((count, keyframe.artifact.id), (1, artifact));

    let reading = fixture.studio.project_details(&reader, project.id);
    let (count, details) = statements_of(reading).await;
    let details = details.unwrap();
    assert_eq!(count, 1);
    assert_eq!(details.project, project_now(&fixture, project.id).await);
    assert_eq!(details.output, None);
    assert_eq!(details.scenes.len(), 2);
    assert_eq!(details.scenes[0].keyframes, [keyframe]);
}

async fn project_now(
    fixture: &Fixture,
    project: ProjectId,
) -> groundwork_core::services::studio::Project {
    let reader = fixture.db.reader();
    fixture.studio.project(&reader, project).await.unwrap()
}
