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
mod import;
mod keyframes;
mod manifest;
mod pipeline;
mod planning;
mod production;
pub mod production_path;
mod production_rows;

mod projects;
mod reconstruct;
mod rows;
mod runs;
mod scenes;
mod steps;
pub mod storyboard;
pub mod text;
mod views;

use crate::{
    clock::Clock,
    db::Database,
    files::{FileStore, Ledger},
};

pub use artifacts::{Content, Upload};
pub use clips::{ClipChange, NewClip};
pub use entity::studio::{
    ArtifactId, ArtifactKind, ClipStatus, KeyframeId, KeyframePosition, PipelineRunId,
    PipelineStepId, ProjectId, ProjectStatus, RunStatus, SceneId, Stage, StepStatus, VideoClipId,
};
pub use error::StudioError;
pub use export::{Exported, StoryboardOrigin};
pub use import::{ImportOutcome, ImportProgress, Imported};
pub use pipeline::Pipeline;
pub use production::ProductionError;
pub use projects::{NewProject, ProjectChange};
pub use scenes::{NewScene, Position, SceneChange};
pub use steps::{Claim, Lease, StepFailure};
pub use views::{
    Artifact, Clip, Keyframe, Project, ProjectDetails, Run, Scene, SceneDetails, Step,
};

/// Where the rows about the studio's files are: what its file store is opened with.
pub const LEDGER: Ledger = Ledger {
    table: "artifacts",
    key_column: "storage_key",
    trash_table: "file_trash",
};

/// The studio's services. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Studio {
    db: Database,
    files: FileStore,
    clock: Clock,
    limits: Pipeline,
}

impl Studio {
    /// The studio over this database and these files.
    #[must_use]
    pub fn new(db: Database, files: FileStore, clock: Clock, limits: Pipeline) -> Self {
        Self {
            db,
            files,
            clock,
            limits,
        }
    }

    /// The database that the studio keeps its rows in: begin a unit of work here.
    #[must_use]
    pub fn db(&self) -> &Database {
        &self.db
    }
}
