//! A project with everything that belongs to it: one statement for each kind of thing, however
//! many there are.

use std::collections::HashMap;

use entity::studio::{
    KeyframePosition, ProjectId, SceneId, artifacts, keyframes, scenes, video_clips,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Query, SelectStatement},
};

use super::{
    Studio, StudioError,
    clips::to_view,
    views::{Artifact, Clip, Keyframe, ProjectDetails, SceneDetails},
};
use crate::db::Doing as _;

impl Studio {
    /// The project with its scenes, keyframes, clips and output.
    ///
    /// # Errors
    /// [`StudioError::ProjectNotFound`].
    pub async fn project_details(
        &self,
        connection: &impl ConnectionTrait,
        project: ProjectId,
    ) -> Result<ProjectDetails, StudioError> {
        let output = self.find_output(connection, project).await?;
        let mut keyframes = keyframes_of(connection, project).await?;
        let mut clips = clips_of(connection, project).await?;
        let scenes = self.list_scenes(connection, project).await?;
        let scenes = scenes.into_iter().map(|scene| SceneDetails {
            keyframes: keyframes.remove(&scene.id).unwrap_or_default(),
            clips: clips.remove(&scene.id).unwrap_or_default(),
            scene,
        });
        Ok(ProjectDetails {
            scenes: scenes.collect(),
            output,
            // Last: of a project that is removed meanwhile there is nothing, rather than a part.
            project: self.project(connection, project).await?,
        })
    }
}

async fn keyframes_of(
    connection: &impl ConnectionTrait,
    project: ProjectId,
) -> Result<HashMap<SceneId, Vec<Keyframe>>, StudioError> {
    let rows = keyframes::Entity::find()
        .find_also_related(artifacts::Entity)
        .filter(keyframes::Column::SceneId.in_subquery(scenes_of(project)))
        .all(connection)
        .await
        .doing("reading keyframes")?;
    let mut of_scene: HashMap<SceneId, Vec<Keyframe>> = HashMap::new();
    for (keyframe, artifact) in rows {
        // Every keyframe has an artifact; the schema sees to it.
        let Some(artifact) = artifact else { continue };
        let list = of_scene.entry(keyframe.scene_id).or_default();
        list.push(Keyframe {
            id: keyframe.id,
            scene_id: keyframe.scene_id,
            position: keyframe.position,
            artifact: Artifact::from(artifact),
        });
        list.sort_by_key(|keyframe| keyframe.position != KeyframePosition::Start);
    }
    Ok(of_scene)
}

async fn clips_of(
    connection: &impl ConnectionTrait,
    project: ProjectId,
) -> Result<HashMap<SceneId, Vec<Clip>>, StudioError> {
    let rows = video_clips::Entity::find()
        .find_also_related(artifacts::Entity)
        .filter(video_clips::Column::SceneId.in_subquery(scenes_of(project)))
        .order_by_asc(video_clips::Column::Attempt)
        .all(connection)
        .await
        .doing("reading clips")?;
    let mut of_scene: HashMap<SceneId, Vec<Clip>> = HashMap::new();
    for (clip, artifact) in rows {
        let list = of_scene.entry(clip.scene_id).or_default();
        list.push(to_view(clip, artifact));
    }
    Ok(of_scene)
}

fn scenes_of(project: ProjectId) -> SelectStatement {
    Query::select()
        .column(scenes::Column::Id)
        .from(scenes::Entity)
        .and_where(scenes::Column::ProjectId.eq(project))
        .take()
}

impl From<artifacts::Model> for Artifact {
    fn from(row: artifacts::Model) -> Self {
        Self {
            id: row.id,
            project_id: row.project_id,
            kind: row.kind,
            media_type: row.media_type,
            size_bytes: row.size_bytes,
            blake3: row.blake3,
            original_name: row.original_name,
            created_at: row.created_at,
        }
    }
}
