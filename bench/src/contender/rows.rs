//! The rows that the contenders read and write, and the checks of what they have read.

use anyhow::{Result, ensure};

use crate::{
    rows::{counters, notes, projects, scenes},
    work::{PROJECTS, ROWS, SCENES},
};

/// Which project the `call`th call of a reader asks for: all of them, in no order.
pub(super) fn pick(reader: usize, call: u64) -> i64 {
    let mixed = (call + 1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .rotate_left(u32::try_from(reader).unwrap_or(0));
    1 + i64::try_from(mixed % PROJECTS.unsigned_abs()).unwrap_or(0)
}

/// The counter that the `call`th call of a caller adds to.
pub(super) fn counter(caller: usize, call: u64) -> i64 {
    let sum = u64::try_from(caller).unwrap_or(0) + call;
    1 + i64::try_from(sum % crate::work::COUNTERS.unsigned_abs()).unwrap_or(0)
}

/// A row to insert, as SeaORM takes it.
pub(super) fn note(caller: usize) -> notes::ActiveModel {
    use sea_orm::ActiveValue::{NotSet, Set};
    notes::ActiveModel {
        id: NotSet,
        caller: Set(i64::try_from(caller).unwrap_or(0)),
        body: Set("a note".to_owned()),
    }
}

/// The rows of the insertion in bulk, as SeaORM takes them.
pub(super) fn bulk() -> Vec<scenes::ActiveModel> {
    use sea_orm::ActiveValue::{NotSet, Set};
    (0..ROWS)
        .map(|number| scenes::ActiveModel {
            id: NotSet,
            project_id: Set(1),
            position: Set(number),
            description: Set(crate::file::description(number)),
            seconds: Set(Some(2.5)),
        })
        .collect()
}

/// Adds one to a counter that was read, as SeaORM takes it.
pub(super) fn plus_one(counter: counters::Model) -> counters::ActiveModel {
    use sea_orm::ActiveValue::Set;
    let n = counter.n + 1;
    let mut counter: counters::ActiveModel = counter.into();
    counter.n = Set(n);
    counter
}

pub(super) fn expect_children(project: &projects::Model, children: &[scenes::Model]) -> Result<()> {
    let right = children.iter().all(|scene| scene.project_id == project.id);
    ensure!(
        right && i64::try_from(children.len())? == SCENES,
        "project {} came with the wrong scenes",
        project.id
    );
    Ok(())
}

pub(super) fn expect_models(scenes: impl ExactSizeIterator<Item = i64>) -> Result<()> {
    let (rows, sum) = (scenes.len(), scenes.sum::<i64>());
    ensure!(
        i64::try_from(rows)? == ROWS && sum == ROWS / 10 * 45,
        "read {rows} rows whose positions sum to {sum}"
    );
    Ok(())
}
