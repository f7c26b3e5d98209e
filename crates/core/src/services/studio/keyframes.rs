//! Keyframes: the picture that a scene starts with and the one it ends with.

use entity::studio::{
    ArtifactId, ArtifactKind, KeyframeId, KeyframePosition, SceneId, artifacts, keyframes,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::Expr,
};
use tokio::io::AsyncRead;

use super::{
    Studio, StudioError,
    artifacts::{Stored, Upload},
    rows::{lock_scene, project_of_scene},
    views::{Artifact, Keyframe},
};
use crate::db::{Doing as _, UnitOfWork};

impl Studio {
    /// Stores a picture as a scene's keyframe, in the place of the one before.
    ///
    /// # Errors
    /// [`StudioError::SceneNotFound`]; [`StudioError::Files`] if it is no picture or cannot be
    /// stored.
    pub async fn set_keyframe(
        &self,
        scene: SceneId,
        position: KeyframePosition,
        upload: Upload<impl AsyncRead + Unpin>,
    ) -> Result<Stored<Keyframe>, StudioError> {
        let project = project_of_scene(&self.db.reader(), scene).await?;
        let upload = self
            .store_upload(project, ArtifactKind::Keyframe, upload)
            .await?;
        let work = self.db.begin().await?;
        lock_scene(&work, scene).await?;
        let artifact = self.add_artifact(&work, &upload).await?;
        let before = find(&work, scene, position).await?;
        let has_replaced = before.is_some();
        let keyframe = match before {
            Some((keyframe, replaced)) => {
                point_to(&work, keyframe, artifact.id).await?;
                remove_artifact(&work, replaced).await?;
                keyframe
            }
            None => {
                self.insert_keyframe(&work, scene, position, artifact.id)
                    .await?
            }
        };
        self.touch(&work, project).await?;
        let keyframe = Keyframe {
            id: keyframe,
            scene_id: scene,
            position,
            artifact,
        };
        upload.commit_with(work).await?;
        Ok(Stored {
            item: keyframe,
            has_replaced,
        })
    }

    /// The keyframe of a scene, if it has one there.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find_keyframe(
        &self,
        connection: &impl ConnectionTrait,
        scene: SceneId,
        position: KeyframePosition,
    ) -> Result<Option<Keyframe>, StudioError> {
        let found = keyframes::Entity::find()
            .find_also_related(artifacts::Entity)
            .filter(keyframes::Column::SceneId.eq(scene))
            .filter(keyframes::Column::Position.eq(position))
            .one(connection)
            .await
            .doing("reading a keyframe")?;
        Ok(found.and_then(|(keyframe, artifact)| to_view(keyframe, artifact)))
    }

    /// Removes the keyframe of a scene. Its file goes to the trash in the same unit of work.
    ///
    /// # Errors
    /// [`StudioError::SceneNotFound`]; [`StudioError::KeyframeNotFound`].
    pub async fn remove_keyframe(
        &self,
        work: &UnitOfWork,
        scene: SceneId,
        position: KeyframePosition,
    ) -> Result<(), StudioError> {
        let project = lock_scene(work, scene).await?.project_id;
        let (_, artifact) = find(work, scene, position)
            .await?
            .ok_or(StudioError::KeyframeNotFound { scene, position })?;
        remove_artifact(work, artifact).await?;
        self.touch(work, project).await
    }

    async fn insert_keyframe(
        &self,
        work: &UnitOfWork,
        scene: SceneId,
        position: KeyframePosition,
        artifact: ArtifactId,
    ) -> Result<KeyframeId, StudioError> {
        let id = KeyframeId::from(self.clock.new_id());
        let row = keyframes::ActiveModel {
            id: Set(id),
            scene_id: Set(scene),
            position: Set(position),
            artifact_id: Set(artifact),
        };
        keyframes::Entity::insert(row)
            .exec_without_returning(work)
            .await
            .doing("adding a keyframe")?;
        Ok(id)
    }
}

/// Removes an artifact, and by the schema's rule the keyframe or clip that is made of it.
pub(super) async fn remove_artifact(
    work: &UnitOfWork,
    artifact: ArtifactId,
) -> Result<(), StudioError> {
    artifacts::Entity::delete_by_id(artifact)
        .exec(work)
        .await
        .doing("removing an artifact")?;
    Ok(())
}

/// `None` without an artifact, which every keyframe has: the schema sees to it.
pub(super) fn to_view(
    keyframe: keyframes::Model,
    artifact: Option<impl Into<Artifact>>,
) -> Option<Keyframe> {
    Some(Keyframe {
        id: keyframe.id,
        scene_id: keyframe.scene_id,
        position: keyframe.position,
        artifact: artifact?.into(),
    })
}

async fn find(
    connection: &impl ConnectionTrait,
    scene: SceneId,
    position: KeyframePosition,
) -> Result<Option<(KeyframeId, ArtifactId)>, StudioError> {
    keyframes::Entity::find()
        .select_only()
        .columns([keyframes::Column::Id, keyframes::Column::ArtifactId])
        .filter(keyframes::Column::SceneId.eq(scene))
        .filter(keyframes::Column::Position.eq(position))
        .into_tuple()
        .one(connection)
        .await
        .doing("reading a keyframe")
        .map_err(Into::into)
}

async fn point_to(
    work: &UnitOfWork,
    keyframe: KeyframeId,
    artifact: ArtifactId,
) -> Result<(), StudioError> {
    keyframes::Entity::update_many()
        .col_expr(keyframes::Column::ArtifactId, Expr::value(artifact))
        .filter(keyframes::Column::Id.eq(keyframe))
        .exec(work)
        .await
        .doing("replacing a keyframe")?;
    Ok(())
}
