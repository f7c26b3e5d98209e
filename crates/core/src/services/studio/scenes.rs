//! Scenes: add at a place, read, change, move, remove. Their indexes stay 0, 1, 2 and so on.

use std::ops::RangeInclusive;

use entity::studio::{ProjectId, SceneId, artifacts, keyframes, scenes, video_clips};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, Query},
};
use tracing::info;

use super::{
    Studio, StudioError,
    rows::{
        check_duration, check_text, lock_project, lock_project_of_scene,
        refuse_while_scenes_are_produced, set_or_keep,
    },
    text,
    views::Scene,
};
use crate::db::{Doing as _, UnitOfWork};

/// A scene to be added. The rules of its texts are in [`text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewScene {
    /// The project it becomes part of.
    pub project: ProjectId,
    /// Its place; the scenes from there on move up by one.
    pub position: Position,
    /// What happens in it.
    pub description: String,
    /// The prompt for the picture that it starts with.
    pub start_prompt: String,
    /// The prompt for the picture that it ends with.
    pub end_prompt: String,
    /// The prompt for what moves.
    pub motion_prompt: String,
    /// How long it lasts; `None` until that is decided.
    pub duration_ms: Option<i64>,
}

/// A place among a project's scenes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Position {
    /// Before all others.
    First,
    /// After all others.
    Last,
    /// With this index, from 0.
    At(usize),
}

impl Position {
    /// The index, where `last` is the greatest one possible.
    fn index(self, last: usize, scenes: usize) -> Result<usize, StudioError> {
        match self {
            Self::First => Ok(0),
            Self::Last => Ok(last),
            Self::At(index) if index <= last => Ok(index),
            Self::At(index) => Err(StudioError::NoSuchPosition { index, scenes }),
        }
    }
}

/// What is to change of a scene; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SceneChange {
    /// What happens in it.
    pub description: Option<String>,
    /// The prompt for the picture that it starts with.
    pub start_prompt: Option<String>,
    /// The prompt for the picture that it ends with.
    pub end_prompt: Option<String>,
    /// The prompt for what moves.
    pub motion_prompt: Option<String>,
    /// How long it lasts; `Some(None)` leaves that open again.
    pub duration_ms: Option<Option<i64>>,
}

impl Studio {
    /// Adds a scene to a project.
    ///
    /// # Errors
    /// [`StudioError::ProjectNotFound`]; [`StudioError::TooManyScenes`];
    /// [`StudioError::NoSuchPosition`]; [`StudioError::InvalidText`] or
    /// [`StudioError::InvalidValue`] for its fields; [`StudioError::RunInProgress`].
    pub async fn add_scene(&self, work: &UnitOfWork, new: NewScene) -> Result<Scene, StudioError> {
        for (field, text, rule) in [
            ("description", &new.description, text::DESCRIPTION),
            ("start_prompt", &new.start_prompt, text::SCENE_PROMPT),
            ("end_prompt", &new.end_prompt, text::SCENE_PROMPT),
            ("motion_prompt", &new.motion_prompt, text::SCENE_PROMPT),
        ] {
            check_text(field, text, rule)?;
        }
        check_duration(new.duration_ms)?;
        let project = new.project;
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
        shift(work, project, to_row(index)..=to_row(scenes), 1).await?;
        let id = SceneId::from(self.clock.new_id());
        let row = scenes::ActiveModel {
            id: Set(id),
            project_id: Set(project),
            scene_index: Set(to_row(index)),
            description: Set(new.description),
            start_prompt: Set(new.start_prompt),
            end_prompt: Set(new.end_prompt),
            motion_prompt: Set(new.motion_prompt),
            duration_ms: Set(new.duration_ms),
        };
        scenes::Entity::insert(row)
            .exec_without_returning(work)
            .await
            .doing("adding a scene")?;
        self.touch(work, project).await?;
        info!(scene.id = %id, project.id = %project, index, "added scene");
        self.scene(work, id).await
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
        scenes::Entity::find_by_id(scene)
            .into_partial_model::<Scene>()
            .one(connection)
            .await
            .doing("reading a scene")?
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
        change: SceneChange,
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
        let project = lock_project_of_scene(work, scene).await?;
        let row = scenes::ActiveModel {
            // A statement must set something; the project stays what it is.
            project_id: Set(project),
            description: set_or_keep(change.description),
            start_prompt: set_or_keep(change.start_prompt),
            end_prompt: set_or_keep(change.end_prompt),
            motion_prompt: set_or_keep(change.motion_prompt),
            duration_ms: set_or_keep(change.duration_ms),
            ..Default::default()
        };
        scenes::Entity::update_many()
            .set(row)
            .filter(scenes::Column::Id.eq(scene))
            .exec(work)
            .await
            .doing("changing a scene")?;
        self.touch(work, project).await?;
        self.scene(work, scene).await
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
        let project = lock_project_of_scene(work, scene).await?;
        refuse_while_scenes_are_produced(work, project).await?;
        let scenes = count(work, project).await?;
        let from = self.scene(work, scene).await?.scene_index;
        let to = to_row(to.index(scenes.saturating_sub(1), scenes)?);
        if from != to {
            place(work, scene, PARKED_SCENE).await?;
            if from < to {
                shift(work, project, from + 1..=to, -1).await?;
            } else {
                shift(work, project, to..=from - 1, 1).await?;
            }
            place(work, scene, to).await?;
            self.touch(work, project).await?;
        }
        self.scene(work, scene).await
    }

    /// Removes a scene with its pictures and clips; those after it close up. The files go to the
    /// trash in the same unit of work.
    ///
    /// # Errors
    /// [`StudioError::SceneNotFound`]; [`StudioError::RunInProgress`].
    pub async fn remove_scene(&self, work: &UnitOfWork, scene: SceneId) -> Result<(), StudioError> {
        let project = lock_project_of_scene(work, scene).await?;
        refuse_while_scenes_are_produced(work, project).await?;
        let index = self.scene(work, scene).await?.scene_index;
        let scenes = to_row(count(work, project).await?);
        remove_artifacts_of(work, scene).await?;
        scenes::Entity::delete_by_id(scene)
            .exec(work)
            .await
            .doing("removing a scene")?;
        shift(work, project, index + 1..=scenes, -1).await?;
        self.touch(work, project).await?;
        info!(scene.id = %scene, project.id = %project, "removed scene");
        Ok(())
    }

    /// `pipeline.max_scenes`.
    pub(super) fn max_scenes(&self) -> usize {
        usize::try_from(self.limits.max_scenes).unwrap_or(usize::MAX)
    }
}

/// Both engines check the unique index row by row, in an order of their own. Indexes on the way to
/// another pass through numbers that no project reaches, far above all limits.
const PARKED: i64 = 1 << 40;
/// Where the one scene that is moved waits, above the parked ones.
const PARKED_SCENE: i64 = PARKED * 2;

fn to_row(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(PARKED)
}

async fn count(work: &UnitOfWork, project: ProjectId) -> Result<usize, StudioError> {
    let scenes = scenes::Entity::find()
        .filter(scenes::Column::ProjectId.eq(project))
        .count(work)
        .await
        .doing("counting scenes")?;
    Ok(usize::try_from(scenes).unwrap_or(usize::MAX))
}

/// Adds `by` to the indexes in `range`, which must lead to free ones.
async fn shift(
    work: &UnitOfWork,
    project: ProjectId,
    range: RangeInclusive<i64>,
    by: i64,
) -> Result<(), StudioError> {
    if range.is_empty() {
        return Ok(());
    }
    let (first, last) = range.into_inner();
    let parked = (first + PARKED, last + PARKED);
    for ((first, last), by) in [((first, last), PARKED), (parked, by - PARKED)] {
        scenes::Entity::update_many()
            .col_expr(
                scenes::Column::SceneIndex,
                Expr::col(scenes::Column::SceneIndex).add(by),
            )
            .filter(scenes::Column::ProjectId.eq(project))
            .filter(scenes::Column::SceneIndex.between(first, last))
            .exec(work)
            .await
            .doing("moving scenes")?;
    }
    Ok(())
}

async fn place(work: &UnitOfWork, scene: SceneId, index: i64) -> Result<(), StudioError> {
    scenes::Entity::update_many()
        .col_expr(scenes::Column::SceneIndex, Expr::value(index))
        .filter(scenes::Column::Id.eq(scene))
        .exec(work)
        .await
        .doing("moving a scene")?;
    Ok(())
}

/// Removes the artifacts of a scene; its keyframes and clips go with them.
async fn remove_artifacts_of(work: &UnitOfWork, scene: SceneId) -> Result<(), StudioError> {
    let of_keyframes = Query::select()
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
    for artifacts in [of_keyframes, of_clips] {
        artifacts::Entity::delete_many()
            .filter(artifacts::Column::Id.in_subquery(artifacts))
            .exec(work)
            .await
            .doing("removing a scene's files")?;
    }
    Ok(())
}
