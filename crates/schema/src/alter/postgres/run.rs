//! Running the statements of changes.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, TransactionTrait};
use sea_orm_migration::SchemaManagerConnection;

use super::{default::change_with_default, online, statements, step::Step};
use crate::{
    alter::{
        change::{Context, TableChange},
        precondition::Precondition,
    },
    rebuild::{RebuildError, guarding, number},
    run::sql_state,
};

/// Makes the changes, one after the other.
pub(in crate::alter) async fn apply(
    work: &Context<'_>,
    changes: &[TableChange],
    connection: &SchemaManagerConnection<'_>,
) -> Result<(), RebuildError> {
    let is_outside = matches!(connection, SchemaManagerConnection::Connection(_));
    for change in changes {
        let steps = if is_outside {
            online::steps(work, change)
        } else {
            statements::steps(work, change)
        };
        for step in steps {
            require_unused(work, &step, connection).await?;
            if is_outside {
                outside(work, &step, connection).await?;
            } else {
                within(work, &step, connection).await?;
            }
        }
    }
    Ok(())
}

/// Whether nothing uses the column that is dropped.
async fn require_unused(
    work: &Context<'_>,
    step: &Step,
    connection: &SchemaManagerConnection<'_>,
) -> Result<(), RebuildError> {
    let Some(query) = &step.unused else {
        return Ok(());
    };
    let statement = Statement::from_string(DbBackend::Postgres, guarding(query));
    let row = connection.query_one_raw(statement).await?;
    let users: Option<String> = match row {
        Some(row) => row.try_get_by_index(0)?,
        None => None,
    };
    users.map_or(Ok(()), |by| {
        let table = work.table.to_owned();
        Err(RebuildError::Used { table, by })
    })
}

async fn within(
    work: &Context<'_>,
    step: &Step,
    connection: &SchemaManagerConnection<'_>,
) -> Result<(), RebuildError> {
    if step.precondition.is_none() && step.default_of.is_none() {
        connection.execute_unprepared(&step.sql).await?;
        return Ok(());
    }
    // A refused statement ends its transaction, and with it the chance to count the rows that are
    // at fault; under a savepoint it ends that only.
    let savepoint = connection.begin().await?;
    let Err(source) = savepoint.execute_unprepared(&step.sql).await else {
        return Ok(savepoint.commit().await?);
    };
    savepoint.rollback().await?;
    if is_about_default(step, &source) {
        return change_with_default(work, step, connection).await;
    }
    Err(explained(work, source, step.precondition.as_ref(), connection).await?)
}

/// Runs a statement that is a transaction of its own.
async fn outside(
    work: &Context<'_>,
    step: &Step,
    connection: &SchemaManagerConnection<'_>,
) -> Result<(), RebuildError> {
    let Err(source) = connection.execute_unprepared(&step.sql).await else {
        return Ok(());
    };
    if step.done_if.is_some() && sql_state(&source).as_deref() == step.done_if {
        return Ok(());
    }
    if is_about_default(step, &source) {
        return change_with_default(work, step, connection).await;
    }
    if let Some(cleanup) = &step.cleanup {
        connection.execute_unprepared(cleanup).await?;
    }
    Err(explained(work, source, step.precondition.as_ref(), connection).await?)
}

/// Whether a statement was refused because PostgreSQL does not cast the default of the column.
fn is_about_default(step: &Step, source: &DbErr) -> bool {
    /// What it says of any type that does not fit; a default is the only one that is not in the
    /// statement.
    const DATATYPE_MISMATCH: &str = "42804";
    step.default_of.is_some() && sql_state(source).as_deref() == Some(DATATYPE_MISMATCH)
}

/// The error of a statement, with the number of rows that are at fault where some are.
async fn explained(
    work: &Context<'_>,
    source: DbErr,
    precondition: Option<&Precondition>,
    connection: &SchemaManagerConnection<'_>,
) -> Result<RebuildError, RebuildError> {
    let Some(precondition) = precondition else {
        return Ok(RebuildError::Database { source });
    };
    let rows = number(connection, &guarding(&precondition.count)).await?;
    Ok(if rows == 0 {
        RebuildError::Database { source }
    } else {
        precondition.violated(work.table, rows)
    })
}
