//! The changes on SQLite: by statements where it has them, by one rebuild otherwise.

use sea_orm::ConnectionTrait;

use super::{
    change::{Context, TableChange, is_literal},
    precondition::{Precondition, Rows},
    table_rebuild::{TableRebuild, column_rest},
};
use crate::{
    rebuild::{Health, RebuildError, guarding, number},
    sql::identifier,
    table::Presence,
};

/// Makes the changes. Those between two renamed columns are made together.
pub(super) async fn apply(
    work: &Context<'_>,
    changes: &[TableChange],
    connection: &impl ConnectionTrait,
) -> Result<(), RebuildError> {
    for group in changes.chunk_by(|one, other| !is_rename(one) && !is_rename(other)) {
        if let Some(statements) = native(work, group) {
            for (statement, precondition) in statements {
                run(work, &statement, precondition, connection).await?;
            }
        } else {
            together(work, group, connection).await?;
        }
    }
    Ok(())
}

/// Runs a statement. The error of one that fails says how many rows are at fault.
async fn run(
    work: &Context<'_>,
    statement: &str,
    precondition: Option<Precondition>,
    connection: &impl ConnectionTrait,
) -> Result<(), RebuildError> {
    let Err(source) = connection.execute_unprepared(statement).await else {
        return Ok(());
    };
    if let Some(precondition) = precondition {
        let rows = number(connection, &guarding(&precondition.count)).await?;
        if rows > 0 {
            return Err(precondition.violated(work.table, rows));
        }
    }
    Err(source.into())
}

fn is_rename(change: &TableChange) -> bool {
    matches!(change, TableChange::RenameColumn { .. })
}

/// The statements of changes for which SQLite has them, whatever the table looks like.
fn native(
    work: &Context<'_>,
    changes: &[TableChange],
) -> Option<Vec<(String, Option<Precondition>)>> {
    let precondition = |change: &TableChange| match change {
        TableChange::AddUnique(unique) => {
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
    let statement = |change: &TableChange| match change {
        TableChange::AddColumn { column, default } => {
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
    let with_demand = |change| Some((statement(change)?, precondition(change)));
    changes.iter().map(with_demand).collect()
}

/// Makes several changes at once.
async fn together(
    work: &Context<'_>,
    changes: &[TableChange],
    connection: &impl ConnectionTrait,
) -> Result<(), RebuildError> {
    let mut table = TableRebuild::read(work, connection).await?;
    if let Some(statements) = table.plain_drops(changes)? {
        for statement in statements {
            connection.execute_unprepared(&statement).await?;
        }
        return Ok(());
    }
    for change in changes {
        table.make(change)?;
    }
    table.require_fulfilled(connection).await?;
    let before = Health::of(connection).await?;
    table.rebuild().run(connection).await?;
    for statement in table.drops() {
        connection.execute_unprepared(&statement).await?;
    }
    Health::of(connection).await?.require_as_before(&before)
}
