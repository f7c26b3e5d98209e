//! Three-way drift: whether the live database, the migrations and the generated entities agree.

use std::fmt;

use groundwork_error::DomainError;
use sea_orm::DatabaseConnection;
use sea_orm_migration::MigrationTrait;
use serde::Serialize;

use crate::{
    diff::{Change, Difference, Kind, differences},
    entities::{Entities, EntitiesError},
    inspect::{self, InspectError},
    scratch::{Scratch, ScratchError},
};
use groundwork_naming::Convention;
use groundwork_schema::run::{self, Goal, RunError, Settings, State};

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The two sides that differ.
    pub between: Between,
    /// What is different, in one line: where, what was expected, what was found.
    pub what: String,
    /// What to do about it.
    pub advice: String,
}

/// The two sides of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Between {
    /// The live database is not what the migrations that it has applied make of an empty one.
    DatabaseAndMigrations,
    /// The committed entities are not what the migrations give.
    EntitiesAndMigrations,
}

/// Why the sides could not be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The history of migrations could not be read, or does not fit.
    #[error(transparent)]
    History(RunError),
    /// The migrations do not run on a scratch database.
    #[error("the migrations do not run on a scratch database")]
    Migrate(#[source] RunError),
    /// No scratch database could be had.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// A schema could not be read.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// The entities could not be generated.
    #[error(transparent)]
    Entities(#[from] EntitiesError),
}

impl DomainError for CheckError {
    fn kind(&self) -> groundwork_error::Kind {
        match self {
            Self::History(error) | Self::Migrate(error) => error.kind(),
            Self::Scratch(error) => error.kind(),
            Self::Inspect(error) => error.kind(),
            Self::Entities(error) => error.kind(),
        }
    }
}

/// Compares a live database with what its applied migrations make of an empty one.
///
/// # Errors
/// Any [`CheckError`] but those about entities.
pub async fn database(
    connection: &DatabaseConnection,
    migrations: &[Box<dyn MigrationTrait>],
    convention: &Convention,
) -> Result<Vec<Finding>, CheckError> {
    let pending = run::pending(connection, migrations)
        .await
        .map_err(CheckError::History)?;
    let status = run::status(connection, migrations)
        .await
        .map_err(CheckError::History)?;
    let is_applied = |state| matches!(state, State::Applied | State::Changed);
    let newest = status.iter().rfind(|status| is_applied(status.state));
    let scratch = Scratch::beside(connection).await?;
    let expected = async {
        if let Some(newest) = newest {
            let settings = Settings::new(convention);
            let goal = Goal::To(&newest.migration);
            let ran = run::up(scratch.connection(), migrations, goal, &settings).await;
            ran.map_err(CheckError::Migrate)?;
        }
        Ok(inspect::schema(scratch.connection()).await?)
    }
    .await;
    let closed = scratch.close().await;
    let expected = match expected {
        Ok(expected) => expected,
        Err(error) => return Err(error),
    };
    closed?;
    let found = inspect::schema(connection).await?;
    let drift = differences(&expected, &found)
        .into_iter()
        .map(|difference| Finding {
            between: Between::DatabaseAndMigrations,
            advice: advice(&difference),
            what: difference.to_string(),
        });
    let behind = pending.into_iter().map(|migration| Finding {
        between: Between::DatabaseAndMigrations,
        what: format!("migration {migration}: pending"),
        advice: "run `migrate up`".to_owned(),
    });
    Ok(drift.chain(behind).collect())
}

/// Compares the committed entities with what the migrations give.
///
/// # Errors
/// [`CheckError::Entities`].
pub async fn entities(
    entities: &Entities,
    migrations: &[Box<dyn MigrationTrait>],
    convention: &Convention,
) -> Result<Vec<Finding>, CheckError> {
    let stale = entities.stale(migrations, convention).await?;
    let findings = stale.into_iter().map(|what| Finding {
        between: Between::EntitiesAndMigrations,
        what,
        advice: "run `migrate entities`, or change the migrations or entities.toml".to_owned(),
    });
    Ok(findings.collect())
}

fn advice(difference: &Difference) -> String {
    let name = &difference.object.name;
    match (&difference.change, difference.object.kind) {
        (Change::Missing { .. }, Kind::Column) => {
            "somebody dropped or renamed it by hand: bring it back, or write a migration that does so"
                .to_owned()
        }
        (Change::Missing { .. }, _) => {
            format!("somebody removed {name} by hand: create it again, or write a migration that drops it")
        }
        (Change::Unexpected { .. }, _) => {
            format!("somebody made {name} by hand: drop it, or write a migration that creates it")
        }
        (Change::Changed { what, .. }, _) => format!(
            "somebody changed the {what} by hand: change it back, or write a migration that changes it"
        ),
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.between {
            Between::DatabaseAndMigrations => "database",
            Between::EntitiesAndMigrations => "entities",
        };
        write!(f, "{side}: {}; {}", self.what, self.advice)
    }
}
