//! A project with everything that belongs to it, read by one statement: what comes back was true at
//! one moment, and costs one trip to the database.

use std::collections::HashMap;

use entity::studio::{
    ArtifactKind, KeyframePosition, ProjectId, artifacts, keyframes, projects, scenes, video_clips,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, ExprTrait, FromQueryResult,
    PartialModelTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, Query, SelectStatement, SubQueryStatement, UnionType},
};

use super::{
    Studio, StudioError, clips, keyframes as pictures,
    views::{Artifact, Project, ProjectDetails, Scene, SceneDetails},
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
        let statement = connection
            .get_database_backend()
            .build(&everything_of(project));
        let rows = Row::find_by_statement(statement)
            .all(connection)
            .await
            .doing("reading a project")?;
        assemble(rows).ok_or(StudioError::ProjectNotFound { project })
    }
}

/// A row of the statement: one of the project, its scenes, their keyframes and their clips, with
/// the file that it has. The project's file is its output.
#[derive(DerivePartialModel)]
struct Row {
    #[sea_orm(nested)]
    project: Option<Project>,
    #[sea_orm(nested)]
    scene: Option<Scene>,
    #[sea_orm(nested)]
    keyframe: Option<keyframes::Model>,
    #[sea_orm(nested)]
    clip: Option<video_clips::Model>,
    #[sea_orm(nested)]
    artifact: Option<Artifact>,
}

/// `None` without a project.
fn assemble(rows: Vec<Row>) -> Option<ProjectDetails> {
    let (mut found, mut scenes) = (None, Vec::new());
    let (mut keyframes, mut clips) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
    for row in rows {
        if let Some(project) = row.project {
            found = Some((project, row.artifact));
        } else if let Some(scene) = row.scene {
            scenes.push(scene);
        } else if let Some(keyframe) = row.keyframe {
            let of_scene = keyframes.entry(keyframe.scene_id).or_default();
            of_scene.extend(pictures::to_view(keyframe, row.artifact));
        } else if let Some(clip) = row.clip {
            let of_scene = clips.entry(clip.scene_id).or_default();
            of_scene.push(clips::to_view(clip, row.artifact));
        }
    }
    let (project, output) = found?;
    scenes.sort_by_key(|scene: &Scene| scene.scene_index);
    let with_files = |scene: Scene| {
        let mut keyframes = keyframes.remove(&scene.id).unwrap_or_default();
        keyframes.sort_by_key(|keyframe| keyframe.position != KeyframePosition::Start);
        let mut clips = clips.remove(&scene.id).unwrap_or_default();
        clips.sort_by_key(|clip| clip.attempt);
        SceneDetails {
            scene,
            keyframes,
            clips,
        }
    };
    Some(ProjectDetails {
        project,
        scenes: scenes.into_iter().map(with_files).collect(),
        output,
    })
}

/// The rows of the project and of all that belongs to it.
fn everything_of(project: ProjectId) -> SelectStatement {
    let scenes_of_it = Query::select()
        .column(scenes::Column::Id)
        .from(scenes::Entity)
        .and_where(scenes::Column::ProjectId.eq(project))
        .take();
    let output = Query::select()
        .column(artifacts::Column::Id)
        .from(artifacts::Entity)
        .and_where(artifacts::Column::ProjectId.eq(project))
        .and_where(artifacts::Column::Kind.eq(ArtifactKind::Output))
        .order_by(artifacts::Column::Id, sea_orm::Order::Desc)
        .limit(1)
        .take();
    let mut rows = rows_of(
        projects::Entity,
        projects::Column::Id.eq(project),
        SubQueryStatement::from(output).into(),
    );
    rows.union(
        UnionType::All,
        rows_of(
            scenes::Entity,
            scenes::Column::ProjectId.eq(project),
            none(),
        ),
    )
    .union(
        UnionType::All,
        rows_of(
            keyframes::Entity,
            keyframes::Column::SceneId.in_subquery(scenes_of_it.clone()),
            Expr::col((keyframes::Entity, keyframes::Column::ArtifactId)),
        ),
    )
    .union(
        UnionType::All,
        rows_of(
            video_clips::Entity,
            video_clips::Column::SceneId.in_subquery(scenes_of_it),
            Expr::col((video_clips::Entity, video_clips::Column::ArtifactId)),
        ),
    );
    rows
}

/// The rows of one entity with the file of this id. The columns of the other entities are NULL, and
/// have their types, since they come from a join that matches nothing: both engines look up
/// `id = NULL` in the primary key, and find at once that there is nothing to read.
fn rows_of<E: EntityTrait>(entity: E, filter: Expr, file: Expr) -> SelectStatement {
    let mut select = Row::select_cols(E::find().select_only()).filter(filter);
    let query = QuerySelect::query(&mut select);
    for other in ["projects", "scenes", "keyframes", "video_clips"] {
        if other != entity.table_name() {
            query.left_join(other, Expr::col((other, "id")).eq(none()));
        }
    }
    query.left_join(
        artifacts::Entity,
        Expr::col((artifacts::Entity, artifacts::Column::Id)).eq(file),
    );
    query.take()
}

fn none() -> Expr {
    Expr::cust("NULL")
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
