//! What the studio shows of itself: plain values that stay readable after the unit of work, with a
//! stable shape as JSON (ids as text, instants as RFC 3339 in UTC).

use chrono::{DateTime, Utc};
use entity::studio::{
    ArtifactId, ArtifactKind, ClipStatus, KeyframeId, KeyframePosition, PipelineRunId,
    PipelineStepId, ProjectId, ProjectStatus, RunStatus, SceneId, Stage, StepStatus, VideoClipId,
    artifacts, pipeline_runs, pipeline_steps, projects, scenes,
};
use sea_orm::DerivePartialModel;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A project.
#[derive(Clone, Debug, PartialEq, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "projects::Entity")]
pub struct Project {
    /// Its id; later projects have greater ones.
    pub id: ProjectId,
    /// What people call it.
    #[schema(example = "Dusk")]
    pub title: String,
    /// What it is made from.
    #[schema(example = "A keeper lights the lamp.")]
    pub prompt: String,
    /// The name of its visual style.
    #[schema(example = "ink")]
    pub style: String,
    /// What the style means in detail, an object; `None` where nothing is said.
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>, example = json!({"palette": ["#1b1f4b"]}))]
    pub style_guide: Option<Value>,
    /// What it is at; it follows its latest run.
    pub status: ProjectStatus,
    /// Why its latest run failed.
    #[schema(example = json!(null))]
    pub error_message: Option<String>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it or something of it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A project with everything that belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ProjectDetails {
    /// The project itself.
    #[serde(flatten)]
    pub project: Project,
    /// Its scenes, in order.
    pub scenes: Vec<SceneDetails>,
    /// The finished film.
    pub output: Option<Artifact>,
}

/// A scene.
#[derive(Clone, Debug, PartialEq, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "scenes::Entity")]
pub struct Scene {
    /// Its id.
    pub id: SceneId,
    /// The project it is part of.
    pub project_id: ProjectId,
    /// Its place, from 0, without gaps.
    #[schema(minimum = 0, example = 0)]
    pub scene_index: i64,
    /// What happens in it.
    #[schema(example = "The lamp is lit.")]
    pub description: String,
    /// The prompt for the picture that it starts with.
    #[schema(example = "a dark tower")]
    pub start_prompt: String,
    /// The prompt for the picture that it ends with.
    #[schema(example = "a bright tower")]
    pub end_prompt: String,
    /// The prompt for what moves.
    #[schema(example = "slowly upwards")]
    pub motion_prompt: String,
    /// How long it lasts; `None` until that is decided.
    #[schema(minimum = 1, example = 4000)]
    pub duration_ms: Option<i64>,
}

/// A scene with its pictures and clips.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SceneDetails {
    /// The scene itself.
    #[serde(flatten)]
    pub scene: Scene,
    /// Its pictures, the start first.
    pub keyframes: Vec<Keyframe>,
    /// Its clips, in the order of their attempts.
    pub clips: Vec<Clip>,
}

/// A picture that a scene starts or ends with.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Keyframe {
    /// Its id.
    pub id: KeyframeId,
    /// The scene it is part of.
    pub scene_id: SceneId,
    /// Start or end.
    pub position: KeyframePosition,
    /// Its file.
    pub artifact: Artifact,
}

/// One attempt at a scene's clip.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Clip {
    /// Its id.
    pub id: VideoClipId,
    /// The scene it is part of.
    pub scene_id: SceneId,
    /// Which try it is, from 1.
    #[schema(minimum = 1, example = 1)]
    pub attempt: i64,
    /// What it is at.
    pub status: ClipStatus,
    /// Its file, once it is complete.
    pub artifact: Option<Artifact>,
    /// How long it is, where that is known.
    #[schema(minimum = 1, example = 4000)]
    pub duration_ms: Option<i64>,
    /// What the provider calls the operation that makes it.
    #[schema(example = "op-4711")]
    pub provider_operation: Option<String>,
    /// Why it failed.
    #[schema(example = json!(null))]
    pub error_message: Option<String>,
}

/// A stored file.
#[derive(Clone, Debug, PartialEq, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "artifacts::Entity")]
pub struct Artifact {
    /// Its id.
    pub id: ArtifactId,
    /// The project it is part of.
    pub project_id: ProjectId,
    /// What it is for.
    pub kind: ArtifactKind,
    /// The type of its content, found by looking at it.
    #[schema(example = "image/png")]
    pub media_type: String,
    /// Its length.
    #[schema(minimum = 1, example = 48213)]
    pub size_bytes: i64,
    /// The BLAKE3 of its content, 64 hexadecimal digits.
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        example = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
    )]
    pub blake3: String,
    /// What its sender called it. Never a path on our disk.
    #[schema(example = "start.png")]
    pub original_name: String,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
}

/// A run of the pipeline over a project.
#[derive(Clone, Debug, PartialEq, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "pipeline_runs::Entity")]
pub struct Run {
    /// Its id; later runs have greater ones.
    pub id: PipelineRunId,
    /// The project that is produced.
    pub project_id: ProjectId,
    /// What it is at.
    pub status: RunStatus,
    /// When it was started.
    pub started_at: DateTime<Utc>,
    /// When it ended; `None` while it is running.
    #[schema(example = json!(null))]
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it failed.
    #[schema(example = json!(null))]
    pub error_message: Option<String>,
}

/// A run with its steps.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RunDetails {
    /// The run itself.
    #[serde(flatten)]
    pub run: Run,
    /// Its steps, in the order in which they were planned.
    pub steps: Vec<Step>,
}

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "pipeline_steps::Entity")]
pub struct Step {
    /// Its id.
    pub id: PipelineStepId,
    /// The run it is part of.
    pub run_id: PipelineRunId,
    /// The stage it is part of.
    pub stage: Stage,
    /// The scene it works on; `None` where it works on the whole project.
    pub scene_id: Option<SceneId>,
    /// What it is at.
    pub status: StepStatus,
    /// How often it was claimed since it was planned or resumed.
    #[schema(minimum = 0, example = 1)]
    pub attempt: i64,
    /// Not to be claimed before.
    pub next_attempt_at: DateTime<Utc>,
    /// Until when its worker may stay silent; `None` while nobody has it.
    #[schema(example = json!(null))]
    pub lease_expires_at: Option<DateTime<Utc>>,
    /// Why it last failed.
    #[schema(example = json!(null))]
    pub error_message: Option<String>,
}
