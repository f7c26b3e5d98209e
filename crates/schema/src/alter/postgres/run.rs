//! Running the statements of changes.

use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};
use sea_orm_migration::SchemaManagerConnection;

use super::{online, statements, step::Step};
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
    if matches!(connection, SchemaManagerConnection::Connection(_)) {
        for step in changes
            .iter()
            .flat_map(|change| online::steps(work, change))
        {
            outside(work, &step, connection).await?;
        }
        return Ok(());
    }
    for step in (changes.iter()).flat_map(|change| statements::steps(work, change)) {
        match &step.precondition {
            Some(precondition) => attempt(work, &step.sql, precondition, connection).await?,
            None => {
                connection.execute_unprepared(&step.sql).await?;
            }
        }
    }
    Ok(())
}

/// A refused statement ends its transaction, and with it the chance to count the rows that are at
/// fault; under a savepoint it ends that only.
async fn attempt(
    work: &Context<'_>,
    sql: &str,
    precondition: &Precondition,
    connection: &SchemaManagerConnection<'_>,
) -> Result<(), RebuildError> {
    let savepoint = connection.begin().await?;
    let Err(source) = savepoint.execute_unprepared(sql).await else {
        return Ok(savepoint.commit().await?);
    };
    savepoint.rollback().await?;
    Err(explained(work, source, Some(precondition), connection).await?)
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
    if let Some(cleanup) = &step.cleanup {
        connection.execute_unprepared(cleanup).await?;
    }
    Err(explained(work, source, step.precondition.as_ref(), connection).await?)
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
