//! The studio: projects, their scenes, pictures and clips, the productions they come from, and the
//! durable runs that make them.
//!
//! Reads take any connection; changes take the unit of work that they are part of, so that several
//! can be kept together or not at all. What moves files takes neither: it opens its own unit, once
//! the files are safely on the disk.
//!
//! A project's row is the lock of everything beneath it: whatever changes a project or something of
//! it locks that row first, on engines that let several write at once.

mod artifacts;
mod clips;
mod details;
mod error;
mod export;
mod export_folder;
mod fields;
mod import;
mod keyframes;
mod manifest;
mod pipeline;
mod planning;
mod position;
mod production;
pub mod production_path;
mod production_rows;
mod projects;
mod reconstruct;
mod rows;
mod runs;
mod scene_order;
mod scenes;
mod service;
mod steps;
pub mod storyboard;
pub mod text;
mod views;

pub use artifacts::{Content, Stored, Upload};
pub use clips::{CreateClip, UpdateClip};
pub use entity::studio::{
    ArtifactId, ArtifactKind, ClipStatus, KeyframeId, KeyframePosition, PipelineRunId,
    PipelineStepId, ProjectId, ProjectStatus, RunStatus, SceneId, Stage, StepStatus, VideoClipId,
};
pub use error::StudioError;
pub use export::{Exported, StoryboardOrigin};
pub use import::{ImportOutcome, ImportProgress, Imported};
pub use pipeline::Pipeline;
pub use position::Position;
pub use production::ProductionError;
pub use projects::{CreateProject, UpdateProject};
pub use scenes::{CreateScene, UpdateScene};
pub use service::{FILE_TABLE, Studio};
pub use steps::{Claim, Lease, StepFailure};
pub use views::{
    Artifact, Clip, Keyframe, Project, ProjectDetails, Run, RunDetails, Scene, SceneDetails, Step,
};
