//! Scenes: add at a place, read, change, move, remove. Their indexes stay 0, 1, 2 and so on.

use entity::studio::{ProjectId, SceneId, artifacts, keyframes, scenes, video_clips};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Query, UnionType},
};
use serde::Deserialize;
use tracing::info;
use utoipa::ToSchema;

use super::{
    Studio, StudioError,
    fields::{default_if_null, present},
    position::Position,
    rows::{
        check_duration, check_text, find_scene, lock_project, lock_scene,
        refuse_while_scenes_are_produced, set_or_keep,
    },
    scene_order::{PARKED_SCENE, count, place, shift, to_row},
    text,
    views::Scene,
};
use crate::db::{Doing as _, UnitOfWork};

/// A scene to be added. The rules of its texts are in [`text`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateScene {
    /// Its place, by default the last; the scenes from there on move up by one.
    #[serde(default, deserialize_with = "default_if_null")]
    pub position: Position,
    /// What happens in it.
    #[schema(
        min_length = 1,
        max_length = 10000,
        pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
        example = "The lamp is lit."
    )]
    pub description: String,
    /// The prompt for the picture that it starts with.
    #[schema(
        max_length = 10000,
        pattern = "^[^\\u0000]*$",
        example = "a dark tower"
    )]
    pub start_prompt: String,
    /// The prompt for the picture that it ends with.
    #[schema(
        max_length = 10000,
        pattern = "^[^\\u0000]*$",
        example = "a bright tower"
    )]
    pub end_prompt: String,
    /// The prompt for what moves.
    #[schema(
        max_length = 10000,
        pattern = "^[^\\u0000]*$",
        example = "slowly upwards"
    )]
    pub motion_prompt: String,
    /// How long it lasts; `None` until that is decided.
    #[schema(minimum = 1, maximum = 3600000, example = 4000)]
    pub duration_ms: Option<i64>,
}

/// A change of a scene. `None`, in JSON a field that is left out, keeps what is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateScene {
    /// What happens in it.
    #[schema(
        min_length = 1,
        max_length = 10000,
        pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
        example = "The lamp is lit."
    )]
    pub description: Option<String>,
    /// The prompt for the picture that it starts with.
    #[schema(
        max_length = 10000,
        pattern = "^[^\\u0000]*$",
        example = "a dark tower"
    )]
    pub start_prompt: Option<String>,
    /// The prompt for the picture that it ends with.
    #[schema(
        max_length = 10000,
        pattern = "^[^\\u0000]*$",
        example = "a bright tower"
    )]
    pub end_prompt: Option<String>,
    /// The prompt for what moves.
    #[schema(
        max_length = 10000,
        pattern = "^[^\\u0000]*$",
        example = "slowly upwards"
    )]
    pub motion_prompt: Option<String>,
    /// How long it lasts; `Some(None)`, in JSON `null`, leaves that open again.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 3600000, example = 4000)]
    #[serde(default, deserialize_with = "present")]
    pub duration_ms: Option<Option<i64>>,
}

impl Studio {
    /// Adds a scene to a project.
    ///
    /// # Errors
    /// [`StudioError::ProjectNotFound`]; [`StudioError::TooManyScenes`];
    /// [`StudioError::NoSuchPosition`]; [`StudioError::InvalidText`] or
    /// [`StudioError::InvalidValue`] for its fields; [`StudioError::RunInProgress`].
    pub async fn add_scene(
        &self,
        work: &UnitOfWork,
        project: ProjectId,
        new: CreateScene,
    ) -> Result<Scene, StudioError> {
        for (field, text, rule) in [
            ("description", &new.description, text::DESCRIPTION),
            ("start_prompt", &new.start_prompt, text::SCENE_PROMPT),
            ("end_prompt", &new.end_prompt, text::SCENE_PROMPT),
            ("motion_prompt", &new.motion_prompt, text::SCENE_PROMPT),
        ] {
            check_text(field, text, rule)?;
        }
        check_duration(new.duration_ms)?;
        lock_project(work, project).await?;
        refuse_while_scenes_are_produced(work, project).await?;
        let scenes = count(work, project).await?;
        let max_scenes = self.max_scenes();
        if scenes >= max_scenes {
            return Err(StudioError::TooManyScenes {
                project,
                max_scenes,
            });
        }
        let index = new.position.index(scenes, scenes)?;
        shift(work, project, to_row(index)..to_row(scenes), 1).await?;
        let scene = Scene {
            id: SceneId::from(self.clock.new_id()),
            project_id: project,
            scene_index: to_row(index),
            description: new.description,
            start_prompt: new.start_prompt,
            end_prompt: new.end_prompt,
            motion_prompt: new.motion_prompt,
            duration_ms: new.duration_ms,
        };
        insert(work, scene.clone()).await?;
        self.touch(work, project).await?;
        info!(scene.id = %scene.id, project.id = %project, index, "added scene");
        Ok(scene)
    }

    /// The scene.
    ///
    /// # Errors
    /// [`StudioError::SceneNotFound`].
    pub async fn scene(
        &self,
        connection: &impl ConnectionTrait,
        scene: SceneId,
    ) -> Result<Scene, StudioError> {
        find_scene(connection, scene)
            .await?
            .ok_or(StudioError::SceneNotFound { scene })
    }

    /// The scenes of a project, in order. A project that does not exist has none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_scenes(
        &self,
        connection: &impl ConnectionTrait,
        project: ProjectId,
    ) -> Result<Vec<Scene>, StudioError> {
        scenes::Entity::find()
            .filter(scenes::Column::ProjectId.eq(project))
            .order_by_asc(scenes::Column::SceneIndex)
            .into_partial_model::<Scene>()
            .all(connection)
            .await
            .doing("listing scenes")
            .map_err(Into::into)
    }

    /// Changes a scene where it is.
    ///
    /// # Errors
    /// [`StudioError::SceneNotFound`]; [`StudioError::InvalidText`] or
    /// [`StudioError::InvalidValue`] for its fields.
    pub async fn set_scene(
        &self,
        work: &UnitOfWork,
        scene: SceneId,
        change: UpdateScene,
    ) -> Result<Scene, StudioError> {
        for (field, text, rule) in [
            ("description", &change.description, text::DESCRIPTION),
            ("start_prompt", &change.start_prompt, text::SCENE_PROMPT),
            ("end_prompt", &change.end_prompt, text::SCENE_PROMPT),
            ("motion_prompt", &change.motion_prompt, text::SCENE_PROMPT),
        ] {
            if let Some(text) = text {
                check_text(field, text, rule)?;
            }
        }
        check_duration(change.duration_ms.flatten())?;
        let before = lock_scene(work, scene).await?;
        let row = scenes::ActiveModel {
            // A statement must set something; the project stays what it is.
            project_id: Set(before.project_id),
            description: set_or_keep(change.description.clone()),
            start_prompt: set_or_keep(change.start_prompt.clone()),
            end_prompt: set_or_keep(change.end_prompt.clone()),
            motion_prompt: set_or_keep(change.motion_prompt.clone()),
            duration_ms: set_or_keep(change.duration_ms),
            ..Default::default()
        };
        scenes::Entity::update_many()
            .set(row)
            .filter(scenes::Column::Id.eq(scene))
            .exec(work)
            .await
            .doing("changing a scene")?;
        self.touch(work, before.project_id).await?;
        Ok(change.applied_to(before))
    }

    /// Moves a scene to another place; those between close up.
    ///
    /// # Errors
    /// [`StudioError::SceneNotFound`]; [`StudioError::NoSuchPosition`];
    /// [`StudioError::RunInProgress`].
    pub async fn move_scene(
        &self,
        work: &UnitOfWork,
        scene: SceneId,
        to: Position,
    ) -> Result<Scene, StudioError> {
        let mut moved = lock_scene(work, scene).await?;
        let (project, from) = (moved.project_id, moved.scene_index);
        refuse_while_scenes_are_produced(work, project).await?;
        let scenes = count(work, project).await?;
        let to = to_row(to.index(scenes.saturating_sub(1), scenes)?);
        if from != to {
            place(work, scene, PARKED_SCENE).await?;
            if from < to {
                shift(work, project, from + 1..to + 1, -1).await?;
            } else {
                shift(work, project, to..from, 1).await?;
            }
            place(work, scene, to).await?;
            self.touch(work, project).await?;
        }
        moved.scene_index = to;
        Ok(moved)
    }

    /// Removes a scene with its pictures and clips; those after it close up. The files go to the
    /// trash in the same unit of work.
    ///
    /// # Errors
    /// [`StudioError::SceneNotFound`]; [`StudioError::RunInProgress`].
    pub async fn remove_scene(&self, work: &UnitOfWork, scene: SceneId) -> Result<(), StudioError> {
        let removed = lock_scene(work, scene).await?;
        let (project, index) = (removed.project_id, removed.scene_index);
        refuse_while_scenes_are_produced(work, project).await?;
        let scenes = to_row(count(work, project).await?);
        remove_artifacts_of(work, scene).await?;
        scenes::Entity::delete_by_id(scene)
            .exec(work)
            .await
            .doing("removing a scene")?;
        shift(work, project, index + 1..scenes, -1).await?;
        self.touch(work, project).await?;
        info!(scene.id = %scene, project.id = %project, "removed scene");
        Ok(())
    }

    /// `pipeline.max_scenes`.
    pub(super) fn max_scenes(&self) -> usize {
        usize::try_from(self.limits.max_scenes).unwrap_or(usize::MAX)
    }
}

impl UpdateScene {
    /// The scene as it is after the change.
    fn applied_to(self, scene: Scene) -> Scene {
        Scene {
            description: self.description.unwrap_or(scene.description),
            start_prompt: self.start_prompt.unwrap_or(scene.start_prompt),
            end_prompt: self.end_prompt.unwrap_or(scene.end_prompt),
            motion_prompt: self.motion_prompt.unwrap_or(scene.motion_prompt),
            duration_ms: self.duration_ms.unwrap_or(scene.duration_ms),
            ..scene
        }
    }
}

async fn insert(work: &UnitOfWork, scene: Scene) -> Result<(), StudioError> {
    let row = scenes::ActiveModel {
        id: Set(scene.id),
        project_id: Set(scene.project_id),
        scene_index: Set(scene.scene_index),
        description: Set(scene.description),
        start_prompt: Set(scene.start_prompt),
        end_prompt: Set(scene.end_prompt),
        motion_prompt: Set(scene.motion_prompt),
        duration_ms: Set(scene.duration_ms),
    };
    scenes::Entity::insert(row)
        .exec_without_returning(work)
        .await
        .doing("adding a scene")?;
    Ok(())
}

/// Removes the artifacts of a scene; its keyframes and clips go with them.
async fn remove_artifacts_of(work: &UnitOfWork, scene: SceneId) -> Result<(), StudioError> {
    let mut of_scene = Query::select()
        .column(keyframes::Column::ArtifactId)
        .from(keyframes::Entity)
        .and_where(keyframes::Column::SceneId.eq(scene))
        .take();
    let of_clips = Query::select()
        .column(video_clips::Column::ArtifactId)
        .from(video_clips::Entity)
        .and_where(video_clips::Column::SceneId.eq(scene))
        .and_where(video_clips::Column::ArtifactId.is_not_null())
        .take();
    // Not two conditions with OR, for which PostgreSQL reads the whole table.
    of_scene.union(UnionType::All, of_clips);
    artifacts::Entity::delete_many()
        .filter(artifacts::Column::Id.in_subquery(of_scene))
        .exec(work)
        .await
        .doing("removing a scene's files")?;
    Ok(())
}
