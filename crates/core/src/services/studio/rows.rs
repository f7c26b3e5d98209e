//! What several parts of the studio do with rows.

use entity::studio::{
    PipelineRunId, ProjectId, RunStatus, SceneId, Stage, pipeline_runs, pipeline_steps, projects,
    scenes,
};
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Value,
    sea_query::{Expr, LockType, Query, SelectStatement},
};

use super::{
    Studio, StudioError,
    text::{DURATION_MS, TextRule},
    views::Scene,
};
use crate::db::{Doing as _, UnitOfWork};

/// Checks that a text of a request keeps its rule.
pub(super) fn check_text(
    field: &'static str,
    text: &str,
    rule: TextRule,
) -> Result<(), StudioError> {
    rule.check(text)
        .map_err(|fault| StudioError::InvalidText { field, fault })
}

/// Checks that a duration of a request is in [`DURATION_MS`].
pub(super) fn check_duration(duration_ms: Option<i64>) -> Result<(), StudioError> {
    match duration_ms {
        Some(ms) if !DURATION_MS.contains(&ms) => Err(StudioError::InvalidValue {
            field: "duration_ms",
            expected: format!(
                "must be between {} and {}",
                DURATION_MS.start(),
                DURATION_MS.end()
            ),
        }),
        _ => Ok(()),
    }
}

/// Sets a column, or leaves it as it is.
pub(super) fn set_or_keep<V: Into<Value>>(value: Option<V>) -> ActiveValue<V> {
    value.map_or(ActiveValue::NotSet, ActiveValue::Set)
}

/// The project that a scene is part of.
pub(super) async fn project_of_scene(
    connection: &impl ConnectionTrait,
    scene: SceneId,
) -> Result<ProjectId, StudioError> {
    scenes::Entity::find_by_id(scene)
        .select_only()
        .column(scenes::Column::ProjectId)
        .into_tuple::<ProjectId>()
        .one(connection)
        .await
        .doing("reading a scene")?
        .ok_or(StudioError::SceneNotFound { scene })
}

/// Locks the project against all other changes of it, until the unit ends.
pub(super) async fn lock_project(work: &UnitOfWork, project: ProjectId) -> Result<(), StudioError> {
    projects::Entity::find_by_id(project)
        .select_only()
        .column(projects::Column::Id)
        // Not FOR UPDATE: others may go on inserting rows that refer to the project.
        .lock(LockType::NoKeyUpdate)
        .into_tuple::<ProjectId>()
        .one(work)
        .await
        .doing("locking a project")?
        .map(|_| ())
        .ok_or(StudioError::ProjectNotFound { project })
}

/// Locks the project that `project_id`, a SELECT of one value, finds; `false` if it finds none.
pub(super) async fn lock_project_found_by(
    work: &UnitOfWork,
    project_id: SelectStatement,
) -> Result<bool, StudioError> {
    let found: Option<ProjectId> = projects::Entity::find()
        .select_only()
        .column(projects::Column::Id)
        .filter(projects::Column::Id.in_subquery(project_id))
        .lock(LockType::NoKeyUpdate)
        .into_tuple()
        .one(work)
        .await
        .doing("locking a project")?;
    Ok(found.is_some())
}

/// Locks the project of a scene, and reads the scene under the lock: it may have gone while the
/// lock was waited for.
pub(super) async fn lock_scene(work: &UnitOfWork, scene: SceneId) -> Result<Scene, StudioError> {
    let project_id = Query::select()
        .column(scenes::Column::ProjectId)
        .from(scenes::Entity)
        .and_where(scenes::Column::Id.eq(scene))
        .take();
    let not_found = StudioError::SceneNotFound { scene };
    if !lock_project_found_by(work, project_id).await? {
        return Err(not_found);
    }
    find_scene(work, scene).await?.ok_or(not_found)
}

/// The scene, or `None` if there is none of this id.
pub(super) async fn find_scene(
    connection: &impl ConnectionTrait,
    scene: SceneId,
) -> Result<Option<Scene>, StudioError> {
    scenes::Entity::find_by_id(scene)
        .into_partial_model::<Scene>()
        .one(connection)
        .await
        .doing("reading a scene")
        .map_err(Into::into)
}

/// Which scenes there are may not change while a run works on them one by one. While its
/// storyboard step is at work they may: that step is what makes them.
pub(super) async fn refuse_while_scenes_are_produced(
    work: &UnitOfWork,
    project: ProjectId,
) -> Result<(), StudioError> {
    let run: Option<PipelineRunId> = pipeline_runs::Entity::find()
        .select_only()
        .column(pipeline_runs::Column::Id)
        .inner_join(pipeline_steps::Entity)
        .filter(pipeline_runs::Column::ProjectId.eq(project))
        .filter(pipeline_runs::Column::Status.eq(RunStatus::Running))
        .filter(pipeline_steps::Column::Stage.ne(Stage::Storyboard))
        .limit(1)
        .into_tuple()
        .one(work)
        .await
        .doing("looking for a run")?;
    match run {
        Some(run) => Err(StudioError::RunInProgress { project, run }),
        None => Ok(()),
    }
}

impl Studio {
    /// Notes that a project's content changed. It is then no longer what was imported, so that the
    /// same folder may be imported anew.
    pub(super) async fn touch(
        &self,
        work: &UnitOfWork,
        project: ProjectId,
    ) -> Result<(), StudioError> {
        projects::Entity::update_many()
            .col_expr(projects::Column::UpdatedAt, Expr::value(self.clock.now()))
            .col_expr(projects::Column::ContentDigest, Expr::value(None::<String>))
            .filter(projects::Column::Id.eq(project))
            .exec(work)
            .await
            .doing("noting a change of a project")?;
        Ok(())
    }
}
