//! The indexes of a project's scenes: 0, 1, 2 and so on, without gaps.

use std::ops::Range;

use entity::studio::{ProjectId, SceneId, scenes};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

use super::StudioError;
use crate::db::Doing as _;
use crate::db::UnitOfWork;

/// Both engines check the unique index row by row, in an order of their own. Indexes on the way to
/// another pass through numbers that no project reaches, far above all limits.
const PARKED: i64 = 1 << 40;
/// Where the one scene that is moved waits, above the parked ones.
pub(super) const PARKED_SCENE: i64 = PARKED * 2;

pub(super) fn to_row(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(PARKED)
}

/// How many scenes the project has.
pub(super) async fn count(work: &UnitOfWork, project: ProjectId) -> Result<usize, StudioError> {
    let scenes = scenes::Entity::find()
        .filter(scenes::Column::ProjectId.eq(project))
        .count(work)
        .await
        .doing("counting scenes")?;
    Ok(usize::try_from(scenes).unwrap_or(usize::MAX))
}

/// Adds `by` to the indexes in `range`, which must lead to free ones. An empty range costs no
/// statement.
pub(super) async fn shift(
    work: &UnitOfWork,
    project: ProjectId,
    range: Range<i64>,
    by: i64,
) -> Result<(), StudioError> {
    if range.is_empty() {
        return Ok(());
    }
    let (first, last) = (range.start, range.end - 1);
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

/// Gives a scene an index, which must be free.
pub(super) async fn place(
    work: &UnitOfWork,
    scene: SceneId,
    index: i64,
) -> Result<(), StudioError> {
    scenes::Entity::update_many()
        .col_expr(scenes::Column::SceneIndex, Expr::value(index))
        .filter(scenes::Column::Id.eq(scene))
        .exec(work)
        .await
        .doing("moving a scene")?;
    Ok(())
}
