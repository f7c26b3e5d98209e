//! Bringing the history in line with the program, deliberately.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DatabaseConnection};
use sea_orm_migration::MigrationTrait;

use super::{
    EditedMigration, RunError, Settings,
    change::Rendering,
    engine_of,
    history::{self, History},
    plan,
    session::{Check, Session},
};
use crate::migration::{Direction, HISTORY_TABLE};

/// A correction of the history. The schema itself is not touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The migration's name.
    pub migration: String,
    /// What is done.
    pub action: RepairAction,
}

/// What a correction does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepairAction {
    /// The edit of an applied migration is accepted: its present SQL is what counts from now on.
    Accept(EditedMigration),
    /// The SQL of a migration is written down that was applied without.
    Record,
    /// The history gives an applied migration the name that the program has for what executes the same.
    Rename {
        /// The migration of the program.
        to: String,
    },
    /// The history forgets a migration that the program has lost.
    Forget,
}

/// What [`repair()`] would do. Changes nothing.
///
/// # Errors
/// As [`repair()`].
pub async fn repairs(
    connection: &impl ConnectionTrait,
    migrations: &[Box<dyn MigrationTrait>],
) -> Result<Vec<Repair>, RunError> {
    let history = history::read(connection).await?.unwrap_or_default();
    let rendering = Rendering::of(migrations, engine_of(connection)?).await;
    needed(&history, migrations, &rendering)
}

/// Accepts every edit of an applied migration, writes down the SQL of those that were applied
/// without, gives those that were renamed their new names, and forgets those that the program has lost. Returns what it did.
///
/// # Errors
/// [`RunError::Newer`] if the database knows migrations that are newer than this program: it must
/// not forget them. Else [`RunError::Busy`] and [`RunError::Database`].
pub async fn repair(
    connection: &DatabaseConnection,
    migrations: &[Box<dyn MigrationTrait>],
    settings: &Settings<'_>,
) -> Result<Vec<Repair>, RunError> {
    let rendering = Rendering::of(migrations, engine_of(connection)?).await;
    let session = Session::begin(connection, settings).await?;
    let done = async {
        let connection = session.connection();
        let history = history::read(&connection).await?.unwrap_or_default();
        let repairs = needed(&history, migrations, &rendering)?;
        if !repairs.is_empty() {
            history::prepare(&connection, settings.convention).await?;
        }
        for repair in &repairs {
            match &repair.action {
                RepairAction::Rename { to } => {
                    let by = settings.program.unwrap_or("repair");
                    let by = format!("{by} (renamed from {})", repair.migration);
                    history::rename(&connection, &repair.migration, to, &by).await?;
                }
                RepairAction::Forget => history::delete(&connection, &repair.migration).await?,
                RepairAction::Accept(_) | RepairAction::Record => {
                    let position = plan::position(migrations, &repair.migration)?;
                    let record = rendering.record(position, None);
                    history::fill(&connection, &repair.migration, &record).await?;
                }
            }
        }
        Ok(repairs)
    }
    .await;
    match done {
        Ok(repairs) => {
            session
                .commit(HISTORY_TABLE, Direction::Up, Check::Nothing)
                .await?;
            Ok(repairs)
        }
        Err(error) => {
            session.rollback().await.ok();
            Err(error)
        }
    }
}

fn needed(
    history: &History,
    migrations: &[Box<dyn MigrationTrait>],
    rendering: &Rendering,
) -> Result<Vec<Repair>, RunError> {
    let names: BTreeSet<String> = history.keys().cloned().collect();
    let renamed = rendering.renamed(history);
    let (mut newer, mut missing) = plan::unknown(migrations, &names);
    for unknown in [&mut newer, &mut missing] {
        unknown.retain(|name| renamed.iter().all(|(old, _)| old != name));
    }
    if !newer.is_empty() {
        return Err(RunError::Newer { migrations: newer });
    }
    let accepted = rendering.changes(history).into_iter().map(|change| Repair {
        migration: change.migration.clone(),
        action: RepairAction::Accept(change),
    });
    let recorded = rendering.unrecorded(history).into_iter().map(|at| Repair {
        migration: migrations[at].name().to_owned(),
        action: RepairAction::Record,
    });
    let forgotten = missing.into_iter().map(|migration| Repair {
        migration,
        action: RepairAction::Forget,
    });
    let renamed = renamed.into_iter().map(|(migration, to)| Repair {
        migration,
        action: RepairAction::Rename { to },
    });
    let all = accepted.chain(recorded).chain(renamed).chain(forgotten);
    Ok(all.collect())
}
