//! The state of every migration.

use std::{collections::BTreeSet, time::Duration};

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use sea_orm_migration::MigrationTrait;

use super::{
    RunError,
    change::Rendering,
    engine_of,
    history::{self, History},
    plan,
};

/// What is known about a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Its name.
    pub migration: String,
    /// Its state.
    pub state: State,
    /// When and how it was applied; `None` if it is not.
    pub applied: Option<Applied>,
}

/// The state of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has been applied, as it is.
    Applied,
    /// It has been applied, and its SQL was edited since.
    Changed,
    /// It has not been applied.
    Pending,
    /// It has not been applied, but one after it has.
    OutOfOrder,
    /// It has been applied, and the program has lost it.
    Missing,
    /// It has been applied by a program that is newer than this one.
    Unknown,
}

/// When and how a migration was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// When, to the second.
    pub at: DateTime<Utc>,
    /// How long it took; `None` if SeaORM's own runner, or a script, applied it.
    pub took: Option<Duration>,
    /// Name and version of the program that applied it, if it said so.
    pub program: Option<String>,
    /// The checksum of its SQL; `None` if it was not written down: an edit cannot be noticed.
    pub checksum: Option<String>,
}

/// The state of every migration: those of the program in their order, then those that only the
/// database knows. Changes nothing; an empty database stays empty.
///
/// # Errors
/// [`RunError::Database`].
pub async fn status(
    connection: &impl ConnectionTrait,
    migrations: &[Box<dyn MigrationTrait>],
) -> Result<Vec<Status>, RunError> {
    let history = history::read(connection).await?.unwrap_or_default();
    let rendering = Rendering::of(migrations, engine_of(connection)?).await;
    Ok(of_history(&history, migrations, &rendering))
}

fn of_history(
    history: &History,
    migrations: &[Box<dyn MigrationTrait>],
    rendering: &Rendering,
) -> Vec<Status> {
    let names: BTreeSet<String> = history.keys().cloned().collect();
    let changes = rendering.changes(history);
    let inserted = plan::inserted(migrations, &names);
    let (newer, missing) = plan::unknown(migrations, &names);
    let status = |migration: &str, state| Status {
        migration: migration.to_owned(),
        state,
        applied: history.get(migration).map(|entry| Applied {
            at: entry.at,
            took: entry.took,
            program: entry.program.clone(),
            checksum: entry.checksum.clone(),
        }),
    };
    let known = migrations.iter().enumerate().map(|(position, migration)| {
        let name = migration.name();
        let state = match names.contains(name) {
            true if changes.iter().any(|change| change.migration == name) => State::Changed,
            true => State::Applied,
            false if inserted.contains(&position) => State::OutOfOrder,
            false => State::Pending,
        };
        status(name, state)
    });
    let missing = missing.iter().map(|name| status(name, State::Missing));
    let newer = newer.iter().map(|name| status(name, State::Unknown));
    known.chain(missing).chain(newer).collect()
}

/// What is wrong with the history as a whole, in the order in which a run would say it.
///
/// # Errors
/// [`RunError::Renamed`], [`RunError::Missing`], [`RunError::Newer`], [`RunError::OutOfOrder`] or [`RunError::Changed`],
/// and [`RunError::Database`].
pub async fn examine(
    connection: &impl ConnectionTrait,
    migrations: &[Box<dyn MigrationTrait>],
) -> Result<(), RunError> {
    let history = history::read(connection).await?.unwrap_or_default();
    let names: BTreeSet<String> = history.keys().cloned().collect();
    let rendering = Rendering::of(migrations, engine_of(connection)?).await;
    let renamed = rendering.renamed(&history);
    if !renamed.is_empty() {
        return Err(RunError::Renamed {
            migrations: renamed,
        });
    }
    plan::refuse_unknown(migrations, &names)?;
    plan::refuse_inserted(migrations, &names)?;
    let changes = rendering.changes(&history);
    if changes.is_empty() {
        Ok(())
    } else {
        Err(RunError::Changed { changes })
    }
}
