//! Clips: the attempts at filming a scene. Each has a number of its own and ends once, complete
//! with its file or failed with a reason.

use entity::studio::{
    ArtifactId, ArtifactKind, ClipStatus, ProjectId, SceneId, VideoClipId, artifacts, scenes,
    video_clips,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};
use serde::Deserialize;
use tokio::io::AsyncRead;
use tracing::info;
use utoipa::ToSchema;

use super::{
    Studio, StudioError,
    artifacts::Upload,
    keyframes::remove_artifact,
    rows::{
        check_duration, check_text, lock_project_found_by, lock_scene, project_of_scene,
        set_or_keep,
    },
    text,
    views::{Artifact, Clip},
};
use crate::db::{Doing as _, UnitOfWork};

/// A clip to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateClip {
    /// What the provider calls the operation that makes it, where that is known already.
    #[schema(max_length = 10000, pattern = "^[^\\u0000]*$", example = "op-4711")]
    pub provider_operation: Option<String>,
}

/// A change of a clip that is being made. In JSON its field `status` says which.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "status", rename_all = "lowercase", deny_unknown_fields)]
pub enum UpdateClip {
    /// Its provider has begun, under this name for it if it gave one.
    Running {
        /// What the provider calls the operation.
        #[schema(max_length = 10000, pattern = "^[^\\u0000]*$", example = "op-4711")]
        provider_operation: Option<String>,
    },
    /// It will not come.
    Failed {
        /// Why.
        #[schema(
            max_length = 10000,
            pattern = "^[^\\u0000]*$",
            example = "the provider refused the prompt"
        )]
        error_message: String,
    },
}

impl Studio {
    /// Adds an attempt at a scene's clip, pending; its number is one more than the last one's.
    ///
    /// # Errors
    /// [`StudioError::SceneNotFound`]; [`StudioError::InvalidText`].
    pub async fn add_clip(
        &self,
        work: &UnitOfWork,
        scene: SceneId,
        new: CreateClip,
    ) -> Result<Clip, StudioError> {
        check_note("provider_operation", new.provider_operation.as_deref())?;
        let project = lock_scene(work, scene).await?.project_id;
        let last: Option<i64> = video_clips::Entity::find()
            .select_only()
            .column(video_clips::Column::Attempt)
            .filter(video_clips::Column::SceneId.eq(scene))
            .order_by_desc(video_clips::Column::Attempt)
            .into_tuple()
            .one(work)
            .await
            .doing("reading the last attempt")?;
        let id = VideoClipId::from(self.clock.new_id());
        let row = video_clips::ActiveModel {
            id: Set(id),
            scene_id: Set(scene),
            attempt: Set(last.unwrap_or(0) + 1),
            status: Set(ClipStatus::Pending),
            artifact_id: Set(None),
            duration_ms: Set(None),
            provider_operation: Set(new.provider_operation),
            error_message: Set(None),
        };
        video_clips::Entity::insert(row)
            .exec_without_returning(work)
            .await
            .doing("adding a clip")?;
        self.touch(work, project).await?;
        info!(clip.id = %id, scene.id = %scene, "added clip");
        self.clip(work, id).await
    }

    /// The clip.
    ///
    /// # Errors
    /// [`StudioError::ClipNotFound`].
    pub async fn clip(
        &self,
        connection: &impl ConnectionTrait,
        clip: VideoClipId,
    ) -> Result<Clip, StudioError> {
        video_clips::Entity::find_by_id(clip)
            .find_also_related(artifacts::Entity)
            .one(connection)
            .await
            .doing("reading a clip")?
            .map(|(clip, artifact)| to_view(clip, artifact))
            .ok_or(StudioError::ClipNotFound { clip })
    }

    /// Notes what became of a clip that is being made.
    ///
    /// # Errors
    /// [`StudioError::ClipNotFound`]; [`StudioError::ClipFinished`]; [`StudioError::InvalidText`].
    pub async fn set_clip(
        &self,
        work: &UnitOfWork,
        clip: VideoClipId,
        change: UpdateClip,
    ) -> Result<Clip, StudioError> {
        let project = lock_unfinished(work, clip).await?;
        let row = match change {
            UpdateClip::Running { provider_operation } => {
                check_note("provider_operation", provider_operation.as_deref())?;
                video_clips::ActiveModel {
                    status: Set(ClipStatus::Running),
                    provider_operation: set_or_keep(provider_operation.map(Some)),
                    ..Default::default()
                }
            }
            UpdateClip::Failed { error_message } => {
                check_note("error_message", Some(&error_message))?;
                video_clips::ActiveModel {
                    status: Set(ClipStatus::Failed),
                    error_message: Set(Some(error_message)),
                    ..Default::default()
                }
            }
        };
        video_clips::Entity::update_many()
            .set(row)
            .filter(video_clips::Column::Id.eq(clip))
            .exec(work)
            .await
            .doing("changing a clip")?;
        self.touch(work, project).await?;
        self.clip(work, clip).await
    }

    /// Stores the film of a clip, which is then complete.
    ///
    /// # Errors
    /// [`StudioError::ClipNotFound`]; [`StudioError::ClipFinished`]; [`StudioError::InvalidValue`]
    /// for its duration; [`StudioError::Files`] if it is no video or cannot be stored.
    pub async fn complete_clip(
        &self,
        clip: VideoClipId,
        duration_ms: Option<i64>,
        upload: Upload<impl AsyncRead + Unpin>,
    ) -> Result<Clip, StudioError> {
        check_duration(duration_ms)?;
        let scene = self.clip(&self.db.reader(), clip).await?.scene_id;
        let project = project_of_scene(&self.db.reader(), scene).await?;
        let upload = self
            .store_upload(project, ArtifactKind::Clip, upload)
            .await?;
        let work = self.db.begin().await?;
        let project = lock_unfinished(&work, clip).await?;
        let artifact = self.add_artifact(&work, &upload).await?;
        let row = video_clips::ActiveModel {
            status: Set(ClipStatus::Complete),
            artifact_id: Set(Some(artifact.id)),
            duration_ms: Set(duration_ms),
            error_message: Set(None),
            ..Default::default()
        };
        video_clips::Entity::update_many()
            .set(row)
            .filter(video_clips::Column::Id.eq(clip))
            .exec(&work)
            .await
            .doing("completing a clip")?;
        self.touch(&work, project).await?;
        let clip = self.clip(&work, clip).await?;
        upload.commit_with(work).await?;
        Ok(clip)
    }

    /// Removes a clip. Its file goes to the trash in the same unit of work; its number is not
    /// given again unless it was the last.
    ///
    /// # Errors
    /// [`StudioError::ClipNotFound`].
    pub async fn remove_clip(
        &self,
        work: &UnitOfWork,
        clip: VideoClipId,
    ) -> Result<(), StudioError> {
        let locked = lock(work, clip).await?;
        video_clips::Entity::delete_by_id(clip)
            .exec(work)
            .await
            .doing("removing a clip")?;
        if let Some(artifact) = locked.artifact_id {
            remove_artifact(work, artifact).await?;
        }
        self.touch(work, locked.project_id).await
    }
}

pub(super) fn to_view(clip: video_clips::Model, artifact: Option<impl Into<Artifact>>) -> Clip {
    Clip {
        id: clip.id,
        scene_id: clip.scene_id,
        attempt: clip.attempt,
        status: clip.status,
        artifact: artifact.map(Into::into),
        duration_ms: clip.duration_ms,
        provider_operation: clip.provider_operation,
        error_message: clip.error_message,
    }
}

/// A clip that is read while its project is locked.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "video_clips::Entity")]
struct LockedClip {
    status: ClipStatus,
    artifact_id: Option<ArtifactId>,
    #[sea_orm(from_expr = "Expr::col((scenes::Entity, scenes::Column::ProjectId))")]
    project_id: ProjectId,
}

/// Locks the clip's project, and reads the clip under the lock.
async fn lock(work: &UnitOfWork, clip: VideoClipId) -> Result<LockedClip, StudioError> {
    let project_id = Query::select()
        .column((scenes::Entity, scenes::Column::ProjectId))
        .from(scenes::Entity)
        .inner_join(
            video_clips::Entity,
            Expr::col((scenes::Entity, scenes::Column::Id))
                .equals((video_clips::Entity, video_clips::Column::SceneId)),
        )
        .and_where(video_clips::Column::Id.eq(clip))
        .take();
    if !lock_project_found_by(work, project_id).await? {
        return Err(StudioError::ClipNotFound { clip });
    }
    video_clips::Entity::find_by_id(clip)
        .inner_join(scenes::Entity)
        .into_partial_model::<LockedClip>()
        .one(work)
        .await
        .doing("reading a clip")?
        .ok_or(StudioError::ClipNotFound { clip })
}

async fn lock_unfinished(work: &UnitOfWork, clip: VideoClipId) -> Result<ProjectId, StudioError> {
    let locked = lock(work, clip).await?;
    match locked.status {
        ClipStatus::Pending | ClipStatus::Running => Ok(locked.project_id),
        ClipStatus::Complete | ClipStatus::Failed => Err(StudioError::ClipFinished { clip }),
    }
}

fn check_note(field: &'static str, note: Option<&str>) -> Result<(), StudioError> {
    note.map_or(Ok(()), |note| check_text(field, note, text::NOTE))
}
