//! What can go wrong in the studio.

use entity::studio::{
    ArtifactId, KeyframePosition, PipelineRunId, PipelineStepId, ProjectId, RunStatus, SceneId,
    VideoClipId,
};

use super::{production::ProductionError, text::TextFault};
use crate::{
    db::DbError,
    error::{DomainError, Kind},
    files::FilesError,
};

/// A request to the studio could not be fulfilled; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudioError {
    /// No such project (any more).
    #[error("there is no project {project}")]
    ProjectNotFound {
        /// The project asked for.
        project: ProjectId,
    },
    /// No such scene (any more).
    #[error("there is no scene {scene}")]
    SceneNotFound {
        /// The scene asked for.
        scene: SceneId,
    },
    /// The scene has no picture at this place.
    #[error("scene {scene} has no {position} keyframe")]
    KeyframeNotFound {
        /// The scene.
        scene: SceneId,
        /// Its start or its end.
        position: KeyframePosition,
    },
    /// No such clip (any more).
    #[error("there is no clip {clip}")]
    ClipNotFound {
        /// The clip asked for.
        clip: VideoClipId,
    },
    /// The clip is finished, well or badly, and cannot change any more.
    #[error("clip {clip} is finished; add another attempt instead")]
    ClipFinished {
        /// The clip.
        clip: VideoClipId,
    },
    /// No such artifact (any more).
    #[error("there is no artifact {artifact}")]
    ArtifactNotFound {
        /// The artifact asked for.
        artifact: ArtifactId,
    },
    /// No such run (any more).
    #[error("there is no run {run}")]
    RunNotFound {
        /// The run asked for.
        run: PipelineRunId,
    },
    /// The project has as many scenes as it may have.
    #[error("project {project} may have at most {max_scenes} scenes (pipeline.max_scenes)")]
    TooManyScenes {
        /// The project.
        project: ProjectId,
        /// The limit.
        max_scenes: usize,
    },
    /// The place is beyond the project's scenes.
    #[error("there is no place {index} among {scenes} scenes")]
    NoSuchPosition {
        /// The place asked for, from 0.
        index: usize,
        /// How many scenes there are.
        scenes: usize,
    },
    /// A field of the request breaks its rule.
    #[error("{field} {fault}")]
    InvalidText {
        /// The field.
        field: &'static str,
        /// How.
        fault: TextFault,
    },
    /// A field of the request has a value that it cannot have.
    #[error("{field} {expected}")]
    InvalidValue {
        /// The field.
        field: &'static str,
        /// What it must be, to continue a sentence.
        expected: String,
    },
    /// The project is being produced; wait for the run or cancel it.
    #[error("project {project} is being produced by run {run}: wait for it or cancel it")]
    RunInProgress {
        /// The project.
        project: ProjectId,
        /// The run.
        run: PipelineRunId,
    },
    /// The run is over.
    #[error("run {run} is {status}")]
    RunOver {
        /// The run.
        run: PipelineRunId,
        /// How it ended.
        status: RunStatus,
    },
    /// Only a run that failed or was cancelled can be taken up again.
    #[error("run {run} is {status}; only a failed or cancelled run can be resumed")]
    RunNotResumable {
        /// The run.
        run: PipelineRunId,
        /// What it is.
        status: RunStatus,
    },
    /// The step is no longer this worker's: its lease ran out and another worker has it, or its
    /// run is over. Whatever the worker made of it is not wanted.
    #[error("the lease on step {step} is lost")]
    LeaseLost {
        /// The step.
        step: PipelineStepId,
    },
    /// A production could not be imported or exported.
    #[error(transparent)]
    Production(#[from] ProductionError),
    /// A file could not be stored or read.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The database failed, or the unit of work could not begin or be kept.
    #[error(transparent)]
    Database(Box<DbError>),
}

impl DomainError for StudioError {
    fn kind(&self) -> Kind {
        match self {
            Self::ProjectNotFound { .. }
            | Self::SceneNotFound { .. }
            | Self::KeyframeNotFound { .. }
            | Self::ClipNotFound { .. }
            | Self::ArtifactNotFound { .. }
            | Self::RunNotFound { .. } => Kind::NotFound,
            Self::ClipFinished { .. }
            | Self::TooManyScenes { .. }
            | Self::RunInProgress { .. }
            | Self::RunOver { .. }
            | Self::RunNotResumable { .. }
            | Self::LeaseLost { .. } => Kind::Conflict,
            Self::NoSuchPosition { .. } | Self::InvalidText { .. } | Self::InvalidValue { .. } => {
                Kind::Invalid
            }
            Self::Production(error) => error.kind(),
            Self::Files(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::ProjectNotFound { .. } => "PROJECT_NOT_FOUND",
            Self::SceneNotFound { .. } => "SCENE_NOT_FOUND",
            Self::KeyframeNotFound { .. } => "KEYFRAME_NOT_FOUND",
            Self::ClipNotFound { .. } => "CLIP_NOT_FOUND",
            Self::ClipFinished { .. } => "CLIP_FINISHED",
            Self::ArtifactNotFound { .. } => "ARTIFACT_NOT_FOUND",
            Self::RunNotFound { .. } => "RUN_NOT_FOUND",
            Self::TooManyScenes { .. } => "TOO_MANY_SCENES",
            Self::NoSuchPosition { .. } => "NO_SUCH_POSITION",
            Self::InvalidText { .. } | Self::InvalidValue { .. } => "VALIDATION_FAILED",
            Self::RunInProgress { .. } => "RUN_IN_PROGRESS",
            Self::RunOver { .. } => "RUN_OVER",
            Self::RunNotResumable { .. } => "RUN_NOT_RESUMABLE",
            Self::LeaseLost { .. } => "LEASE_LOST",
            Self::Production(error) => error.code(),
            Self::Files(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::InvalidText { field, .. } | Self::InvalidValue { field, .. } => Some(field),
            Self::NoSuchPosition { .. } => Some("position"),
            _ => None,
        }
    }
}

impl From<DbError> for StudioError {
    fn from(error: DbError) -> Self {
        Self::Database(Box::new(error))
    }
}
