//! The changes on SQLite: by statements where it has them, by one rebuild otherwise.

use sea_orm::ConnectionTrait;

use super::{
    Work,
    change::{Change, is_literal},
    draft::{Draft, column_rest},
};
use crate::{
    rebuild::{Health, RebuildError},
    table::{Presence, sql::identifier},
};

/// Makes the changes. Those between two renamed columns are made together.
pub(super) async fn apply(
    work: &Work<'_>,
    changes: &[Change],
    connection: &impl ConnectionTrait,
) -> Result<(), RebuildError> {
    for group in changes.chunk_by(|one, other| !is_rename(one) && !is_rename(other)) {
        if let Some(statements) = native(work, group) {
            for statement in statements {
                connection.execute_unprepared(&statement).await?;
            }
        } else {
            together(work, group, connection).await?;
        }
    }
    Ok(())
}

fn is_rename(change: &Change) -> bool {
    matches!(change, Change::RenameColumn { .. })
}

/// The statements of changes for which SQLite has them, whatever the table looks like.
fn native(work: &Work<'_>, changes: &[Change]) -> Option<Vec<String>> {
    let of = |change: &Change| match change {
        Change::AddColumn { column, default } => {
            // A required column needs a value for the rows that exist, and SQLite a constant one.
            let has_value = match (column.presence, default) {
                (Presence::Required, None) => false,
                (_, Some(sql)) => is_literal(sql) && !sql.to_uppercase().starts_with("CURRENT"),
                (Presence::Optional, None) => true,
            };
            has_value.then(|| {
                let rest = column_rest(column, *default, false);
                work.alter(&format!("ADD COLUMN {} {rest}", identifier(column.name)))
            })
        }
        change => work.shared_statement(change),
    };
    changes.iter().map(of).collect()
}

/// Makes several changes at once.
async fn together(
    work: &Work<'_>,
    changes: &[Change],
    connection: &impl ConnectionTrait,
) -> Result<(), RebuildError> {
    let mut draft = Draft::read(work, connection).await?;
    if let Some(statements) = draft.plain_drops(changes)? {
        for statement in statements {
            connection.execute_unprepared(&statement).await?;
        }
        return Ok(());
    }
    for change in changes {
        draft.make(change)?;
    }
    draft.require_fulfilled(connection).await?;
    let before = Health::of(connection).await?;
    draft.rebuild().run(connection).await?;
    Health::of(connection).await?.require_as_before(&before)
}
