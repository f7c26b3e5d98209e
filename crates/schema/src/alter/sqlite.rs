//! The changes on SQLite: by statements where it has them, by one rebuild otherwise.

use sea_orm::ConnectionTrait;

use super::{
    Work,
    change::{Change, is_literal},
    demand::{Demand, Rows},
    draft::{Draft, column_rest},
};
use crate::{
    rebuild::{Health, RebuildError, guarding, number},
    sql::identifier,
    table::Presence,
};

/// Makes the changes. Those between two renamed columns are made together.
pub(super) async fn apply(
    work: &Work<'_>,
    changes: &[Change],
    connection: &impl ConnectionTrait,
) -> Result<(), RebuildError> {
    for group in changes.chunk_by(|one, other| !is_rename(one) && !is_rename(other)) {
        if let Some(statements) = native(work, group) {
            for (statement, demand) in statements {
                run(work, &statement, demand, connection).await?;
            }
        } else {
            together(work, group, connection).await?;
        }
    }
    Ok(())
}

/// Runs a statement; should it fail, tells how many rows are at fault.
async fn run(
    work: &Work<'_>,
    statement: &str,
    demand: Option<Demand>,
    connection: &impl ConnectionTrait,
) -> Result<(), RebuildError> {
    let Err(source) = connection.execute_unprepared(statement).await else {
        return Ok(());
    };
    if let Some(demand) = demand {
        let rows = number(connection, &guarding(&demand.count)).await?;
        if rows > 0 {
            return Err(demand.violated(work.table, rows));
        }
    }
    Err(source.into())
}

fn is_rename(change: &Change) -> bool {
    matches!(change, Change::RenameColumn { .. })
}

/// The statements of changes for which SQLite has them, whatever the table looks like.
fn native(work: &Work<'_>, changes: &[Change]) -> Option<Vec<(String, Option<Demand>)>> {
    let demand = |change: &Change| match change {
        Change::AddUnique(unique) => {
            let source = identifier(work.table);
            let rows = Rows {
                table: work.table,
                source: &source,
                convention: work.convention,
            };
            Some(rows.unique(unique))
        }
        _ => None,
    };
    let statement = |change: &Change| match change {
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
    let with_demand = |change| Some((statement(change)?, demand(change)));
    changes.iter().map(with_demand).collect()
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
    for statement in draft.drops() {
        connection.execute_unprepared(&statement).await?;
    }
    Health::of(connection).await?.require_as_before(&before)
}
