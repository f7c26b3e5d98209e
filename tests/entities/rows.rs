//! Rows written and read through the entities come back as they were.

use acceptance::{Engine, given, on_both_engines};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    files::file_trash,
    studio::{
        ArtifactId, ArtifactKind, ClipStatus, KeyframeId, KeyframePosition, PipelineRunId,
        PipelineStepId, ProjectId, ProjectStatus, RunStatus, SceneId, Stage, StepStatus,
        VideoClipId, artifacts, keyframes, pipeline_runs, pipeline_steps, projects, scenes,
        video_clips,
    },
};
use groundwork_core::{clock::Clock, db::Database};
use sea_orm::{
    ActiveModelTrait, ColumnTrait as _, ConnectionTrait, EntityLoaderTrait as _, EntityTrait,
    IntoActiveModel, Iterable, ModelTrait, QueryFilter as _, QueryOrder as _,
};
use serde_json::json;
use uuid::Uuid;

/// One row of every table.
struct SampleRows {
    project: projects::Model,
    scene: scenes::Model,
    artifact: artifacts::Model,
    keyframe: keyframes::Model,
    clip: video_clips::Model,
    run: pipeline_runs::Model,
    step: pipeline_steps::Model,
    trash: file_trash::Model,
}

impl SampleRows {
    /// Rows whose values are easily damaged: every digit of a microsecond, integers beyond what a
    /// float holds, text of every plane, nested JSON.
    fn new(clock: &Clock) -> Self {
        let now = clock.now() + TimeDelta::microseconds(123_457);
        let project = ProjectId(clock.new_id());
        let scene = SceneId(clock.new_id());
        let artifact = ArtifactId(clock.new_id());
        let run = PipelineRunId(clock.new_id());
        Self {
            project: projects::Model {
                id: project,
                title: "Der Leuchtturm — 灯台 🗼 \u{1d11e}".to_owned(),
                prompt: "it's \"quoted\"\\\n".to_owned(),
                style: String::new(),
                status: ProjectStatus::Running,
                style_guide: Some(json!({ "b": [1, 2.5, null], "a": { "deep": true } })),
                storyboard: Some("{ \"kept\" :  \"to the letter\" }\n".to_owned()),
                content_digest: Some("0".repeat(64)),
                error_message: None,
                created_at: now,
                updated_at: now + TimeDelta::microseconds(1),
            },
            scene: scenes::Model {
                id: scene,
                project_id: project,
                scene_index: i64::MAX,
                description: "a".to_owned(),
                start_prompt: "b".to_owned(),
                end_prompt: "c".to_owned(),
                motion_prompt: "d".to_owned(),
                duration_ms: Some(9_007_199_254_740_993),
            },
            artifact: artifacts::Model {
                id: artifact,
                project_id: project,
                kind: ArtifactKind::Clip,
                media_type: "video/mp4".to_owned(),
                size_bytes: 1 << 40,
                blake3: "f".repeat(64),
                original_name: "clips/00.mp4".to_owned(),
                storage_key: format!("{project}/clips/{artifact}.mp4"),
                created_at: now,
            },
            keyframe: keyframes::Model {
                id: KeyframeId(clock.new_id()),
                scene_id: scene,
                position: KeyframePosition::Start,
                artifact_id: artifact,
            },
            clip: video_clips::Model {
                id: VideoClipId(clock.new_id()),
                scene_id: scene,
                attempt: 1,
                status: ClipStatus::Complete,
                artifact_id: Some(artifact),
                duration_ms: None,
                provider_operation: None,
                error_message: None,
            },
            run: pipeline_runs::Model {
                id: run,
                project_id: project,
                status: RunStatus::Cancelled,
                started_at: now,
                finished_at: Some(now),
                error_message: Some("stopped".to_owned()),
            },
            step: pipeline_steps::Model {
                id: PipelineStepId(clock.new_id()),
                run_id: run,
                stage: Stage::Keyframes,
                scene_id: Some(scene),
                status: StepStatus::Running,
                attempt: 0,
                next_attempt_at: now,
                lease_owner: Some("worker".to_owned()),
                lease_expires_at: Some(now),
                error_message: None,
            },
            trash: file_trash::Model {
                storage_key: "somewhere/else.png".to_owned(),
                trashed_at: now,
            },
        }
    }

    async fn insert(&self, database: &Database) {
        let work = database.begin().await.unwrap();
        insert(&work, &self.project).await;
        insert(&work, &self.scene).await;
        insert(&work, &self.artifact).await;
        insert(&work, &self.keyframe).await;
        insert(&work, &self.clip).await;
        insert(&work, &self.run).await;
        insert(&work, &self.step).await;
        insert(&work, &self.trash).await;
        work.commit().await.unwrap();
    }
}

async fn insert<M, A>(database: &impl ConnectionTrait, model: &M)
where
    M: ModelTrait + Clone + PartialEq + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = M::Entity> + Send,
    M::Entity: EntityTrait<Model = M>,
{
    let row = model.clone().into_active_model().reset_all();
    let inserted = M::Entity::insert(row).exec_with_returning(database).await;
    assert_eq!(&inserted.unwrap(), model);
}

#[on_both_engines]
async fn a_row_of_every_table_comes_back_unchanged(engine: Engine) {
    let scratch = given::migrated(engine).await;
    let database = given::database(&scratch).await;
    let rows = SampleRows::new(&given::clock());
    rows.insert(&database).await;
    let reader = &database.reader();
    macro_rules! assert_comes_back {
        ($($entity:ident($key:expr) = $row:expr),* $(,)?) => {$(
            let found = $entity::Entity::find_by_id($key).one(reader).await.unwrap();
            assert_eq!(found.as_ref(), Some(&$row));
        )*};
    }
    assert_comes_back!(
        projects(rows.project.id) = rows.project,
        scenes(rows.scene.id) = rows.scene,
        artifacts(rows.artifact.id) = rows.artifact,
        keyframes(rows.keyframe.id) = rows.keyframe,
        video_clips(rows.clip.id) = rows.clip,
        pipeline_runs(rows.run.id) = rows.run,
        pipeline_steps(rows.step.id) = rows.step,
        file_trash(rows.trash.storage_key.clone()) = rows.trash,
    );
}

#[on_both_engines]
async fn relations_load_in_both_directions(engine: Engine) {
    let scratch = given::migrated(engine).await;
    let database = given::database(&scratch).await;
    let rows = SampleRows::new(&given::clock());
    rows.insert(&database).await;
    let reader = &database.reader();

    let project = projects::Entity::load()
        .filter_by_id(rows.project.id)
        .with((scenes::Entity, keyframes::Entity))
        .with(artifacts::Entity)
        .with(pipeline_runs::Entity)
        .one(reader)
        .await
        .unwrap()
        .expect("the project");
    assert_eq!(project.scenes[0].keyframes[0], rows.keyframe);
    assert_eq!(project.artifacts[0], rows.artifact);
    assert_eq!(project.pipeline_runs[0], rows.run);

    let artifact = artifacts::Entity::load()
        .filter_by_storage_key(rows.artifact.storage_key.clone())
        .with(keyframes::Entity)
        .with(video_clips::Entity)
        .with(projects::Entity)
        .one(reader)
        .await
        .unwrap()
        .expect("the artifact");
    assert_eq!(artifact.keyframe.as_ref().unwrap(), &rows.keyframe);
    assert_eq!(artifact.video_clip.as_ref().unwrap(), &rows.clip);
    assert_eq!(artifact.project.as_ref().unwrap(), &rows.project);

    let step = rows.step.find_related(scenes::Entity).one(reader).await;
    assert_eq!(step.unwrap(), Some(rows.scene.clone()));
    let by_key =
        scenes::Entity::find_by_project_id_scene_index((rows.project.id, rows.scene.scene_index));
    assert_eq!(by_key.one(reader).await.unwrap(), Some(rows.scene));
}

#[on_both_engines]
async fn ids_enums_and_instants_compare_in_queries(engine: Engine) {
    let scratch = given::migrated(engine).await;
    let database = given::database(&scratch).await;
    let clock = given::clock();
    let mut ids = Vec::new();
    let work = database.begin().await.unwrap();
    // Fractions of a second of every length, which must sort as instants and not as texts.
    let offsets = [0, 1, 10, 1_000, 100_000, 999_999, 1_000_000, 61_000_000];
    for (status, microseconds) in ProjectStatus::iter().cycle().zip(offsets) {
        let mut project = SampleRows::new(&clock).project;
        project.status = status;
        project.content_digest = None;
        project.created_at = clock.now() + TimeDelta::microseconds(microseconds);
        insert(&work, &project).await;
        ids.push(project.id);
    }
    work.commit().await.unwrap();
    let reader = &database.reader();

    let found = projects::Entity::find()
        .filter(projects::Column::Status.is_in([ProjectStatus::Draft, ProjectStatus::Failed]))
        .filter(projects::Column::CreatedAt.gte(clock.now()))
        .order_by_desc(projects::Column::CreatedAt)
        .all(reader)
        .await
        .unwrap();
    let found: Vec<ProjectId> = found.iter().map(|project| project.id).collect();
    assert_eq!(found, [ids[5], ids[3], ids[0]]);

    let later = projects::Entity::find()
        .filter(projects::Column::CreatedAt.gt(clock.now() + TimeDelta::microseconds(1_000)))
        .order_by_asc(projects::Column::CreatedAt)
        .all(reader)
        .await
        .unwrap();
    let later: Vec<ProjectId> = later.iter().map(|project| project.id).collect();
    assert_eq!(later, ids[4..]);
}

#[on_both_engines]
async fn a_value_that_no_variant_has_is_refused_by_the_table(engine: Engine) {
    let scratch = given::migrated(engine).await;
    let database = given::database(&scratch).await;
    let rows = SampleRows::new(&given::clock());
    rows.insert(&database).await;
    let work = database.begin().await.unwrap();
    let refused = work
        .execute_unprepared("UPDATE projects SET status = 'paused'")
        .await;
    assert!(refused.is_err());
    work.rollback().await.unwrap();
}

#[test]
fn enums_have_one_text_everywhere() {
    fn check<E>(values: &[&str])
    where
        E: sea_orm::ActiveEnum<Value = String> + Iterable + Copy + PartialEq + std::fmt::Debug,
        E: std::fmt::Display + std::str::FromStr + serde::Serialize + serde::de::DeserializeOwned,
    {
        let variants: Vec<E> = E::iter().collect();
        assert_eq!(variants.len(), values.len());
        for (variant, &text) in variants.into_iter().zip(values) {
            assert_eq!(variant.to_value(), text);
            assert_eq!(variant.to_string(), text);
            assert_eq!(json!(variant), json!(text));
            assert_eq!(text.parse::<E>().ok(), Some(variant));
            assert_eq!(serde_json::from_value::<E>(json!(text)).unwrap(), variant);
        }
    }
    check::<ProjectStatus>(ProjectStatus::VALUES);
    check::<ClipStatus>(ClipStatus::VALUES);
    check::<RunStatus>(RunStatus::VALUES);
    check::<StepStatus>(StepStatus::VALUES);
    check::<Stage>(Stage::VALUES);
    check::<KeyframePosition>(KeyframePosition::VALUES);
    check::<ArtifactKind>(ArtifactKind::VALUES);
    assert_eq!(
        Stage::VALUES,
        ["storyboard", "keyframes", "clips", "output"]
    );
    assert_eq!(
        "Draft".parse::<ProjectStatus>().unwrap_err().to_string(),
        "`Draft` is none of draft, running, complete, failed, cancelled"
    );
}

#[test]
fn an_id_is_its_uuid_in_text_and_json() {
    let uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
    let id = ProjectId::from(uuid);
    assert_eq!(id.to_string(), uuid.to_string());
    assert_eq!(uuid.to_string().parse(), Ok(id));
    assert_eq!(json!(id), json!(uuid));
    assert_eq!(
        serde_json::from_value::<ProjectId>(json!(uuid)).unwrap(),
        id
    );
    assert_eq!(Uuid::from(id), uuid);
    assert!("no uuid".parse::<ProjectId>().is_err());
    assert!(ProjectId(Uuid::nil()) < id);
}

#[test]
fn a_model_becomes_json_with_its_own_names() {
    let rows = SampleRows::new(&given::clock());
    let start: DateTime<Utc> = given::clock().now();
    assert_eq!(
        json!(rows.run),
        json!({
            "id": rows.run.id,
            "project_id": rows.project.id,
            "status": "cancelled",
            "started_at": start + TimeDelta::microseconds(123_457),
            "finished_at": start + TimeDelta::microseconds(123_457),
            "error_message": "stopped",
        })
    );
}
