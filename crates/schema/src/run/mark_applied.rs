//! A migration that is not run, because what it makes is there already.

use sea_orm::DatabaseConnection;

use super::{
    RunError, Settings,
    history::{self, Record},
    session::{Check, Session},
};
use crate::migration::Direction;

/// Notes in the history that a migration is applied, without running it.
///
/// # Errors
/// [`RunError::Busy`] and [`RunError::Database`]; the history is then as it was.
pub async fn mark_applied(
    connection: &DatabaseConnection,
    migration: &str,
    settings: &Settings<'_>,
) -> Result<(), RunError> {
    let session = Session::begin(connection, settings).await?;
    let marked = async {
        history::prepare(&session.connection(), settings.convention).await?;
        let record = Record {
            program: settings.program.map(str::to_owned),
            ..Record::default()
        };
        history::insert(&session.connection(), migration, &record).await
    }
    .await;
    match marked {
        Ok(()) => {
            session
                .commit(migration, Direction::Up, Check::Nothing)
                .await
        }
        Err(error) => {
            session.rollback().await.ok();
            Err(error)
        }
    }
}
