//! The changes on SQLite: by statements where it has them, by one rebuild otherwise.

use sea_orm::ConnectionTrait;

use super::{
    change::{Context, TableChange},
    named::{Named, Renaming},
    precondition::{Precondition, Rows},
    table_rebuild::{TableRebuild, column_rest},
};
use crate::{
    rebuild::{Health, QuotedNames, RebuildError, guarding, number},
    sql::{identifier, is_literal},
    table::{Column, Presence, Triggers},
};

/// Makes the changes. Those between two that stand alone are made together.
pub(super) async fn apply(
    work: &Context<'_>,
    changes: &[TableChange],
    connection: &impl ConnectionTrait,
) -> Result<(), RebuildError> {
    for group in changes.chunk_by(|one, other| !stands_alone(one) && !stands_alone(other)) {
        match group {
            [change @ TableChange::RenameTable { to, named }] => {
                let statement = work.shared_statement(change).unwrap_or_default();
                connection.execute_unprepared(&statement).await?;
                rename_what_is_named(work, to, named, connection).await?;
            }
            [TableChange::AddTriggers(triggers)] => {
                run_all(&Triggers::create_each(triggers, work.engine), connection).await?;
            }
            [TableChange::DropTriggers(triggers)] => {
                run_all(&Triggers::drop_each(triggers, work.engine), connection).await?;
            }
            // What SQLite has no place for.
            [
                TableChange::Comment { .. }
                | TableChange::AddPartition(_)
                | TableChange::DropPartition(_),
            ] => {}
            group => match native(work, group) {
                Some(statements) => {
                    for (statement, precondition) in statements {
                        run(work, &statement, precondition, connection).await?;
                    }
                }
                None => together(work, group, connection).await?,
            },
        }
    }
    Ok(())
}

async fn run_all(
    statements: &[String],
    connection: &impl ConnectionTrait,
) -> Result<(), RebuildError> {
    for statement in statements {
        connection.execute_unprepared(statement).await?;
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

fn stands_alone(change: &TableChange) -> bool {
    matches!(
        change,
        TableChange::RenameColumn { .. }
            | TableChange::RenameTable { .. }
            | TableChange::Comment { .. }
            | TableChange::AddTriggers(_)
            | TableChange::DropTriggers(_)
            | TableChange::AddPartition(_)
            | TableChange::DropPartition(_)
    )
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
        TableChange::AddColumn { column } => is_native(column).then(|| {
            let rest = column_rest(column, false);
            work.alter(&format!("ADD COLUMN {} {rest}", identifier(column.name)))
        }),
        change => work.shared_statement(change),
    };
    let with_demand = |change| Some((statement(change)?, precondition(change)));
    changes.iter().map(with_demand).collect()
}

/// Whether SQLite can add a column by a statement: it computes none for rows that exist, and a
/// required one needs a constant for them.
fn is_native(column: &Column) -> bool {
    let has_value = match (column.presence, column.default) {
        (Presence::Required, None) => false,
        (_, Some(sql)) => is_literal(sql) && !sql.to_uppercase().starts_with("CURRENT"),
        (Presence::Optional, None) => true,
    };
    has_value && column.generated.is_none()
}

/// Makes several changes at once.
async fn together(
    work: &Context<'_>,
    changes: &[TableChange],
    connection: &impl ConnectionTrait,
) -> Result<(), RebuildError> {
    let mut table = TableRebuild::read(work, connection).await?;
    if let Some(statements) = table.plain_drops(changes)? {
        let quoted = QuotedNames::of(connection, work.table, &dropped(changes)).await?;
        run_all(&statements, connection).await?;
        return quoted.require_found(connection).await;
    }
    for change in changes {
        table.make(change)?;
    }
    let drops = table.drops()?;
    let quoted = QuotedNames::of(connection, work.table, &dropped(changes)).await?;
    table.carry_defaults(connection).await?;
    table.require_fulfilled(connection).await?;
    let before = Health::of(connection).await?;
    table.rebuild().run(connection).await?;
    run_all(&drops, connection).await?;
    quoted.require_found(connection).await?;
    Health::of(connection).await?.require_as_before(&before)
}

/// The columns that changes drop.
fn dropped(changes: &[TableChange]) -> Vec<&'static str> {
    let column = |change: &TableChange| match change {
        TableChange::DropColumn { column } => Some(*column),
        _ => None,
    };
    changes.iter().filter_map(column).collect()
}

/// Renames what is named after a table that has another name now. SQLite itself cannot.
async fn rename_what_is_named(
    work: &Context<'_>,
    to: &str,
    named: &[Named],
    connection: &impl ConnectionTrait,
) -> Result<(), RebuildError> {
    let renamings: Vec<Renaming> = (named.iter())
        .map(|named| named.renaming(work.convention, work.table, to))
        .collect();
    let mut tables: Vec<Option<&str>> = renamings.iter().map(|renaming| renaming.table).collect();
    tables.sort_unstable();
    tables.dedup();
    for table in tables {
        let of_table = renamings.iter().filter(|renaming| renaming.table == table);
        let work = Context {
            table: table.unwrap_or(to),
            ..*work
        };
        rename_constraints(&work, of_table, connection).await?;
    }
    Ok(())
}

async fn rename_constraints(
    work: &Context<'_>,
    renamings: impl Iterator<Item = &Renaming>,
    connection: &impl ConnectionTrait,
) -> Result<(), RebuildError> {
    let mut table = TableRebuild::read(work, connection).await?;
    let mut statements = Vec::new();
    let mut is_rebuilt = false;
    for renaming in renamings {
        if table.rename_constraint(&renaming.before, &renaming.after)? {
            is_rebuilt = true;
        } else {
            statements.extend(table.rename_index(&renaming.before, &renaming.after)?);
        }
    }
    if !is_rebuilt {
        return run_all(&statements, connection).await;
    }
    let before = Health::of(connection).await?;
    table.rebuild().run(connection).await?;
    Health::of(connection).await?.require_as_before(&before)
}
