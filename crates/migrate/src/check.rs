//! Three-way drift: whether the live database, the migrations and the generated entities agree.

use std::{collections::BTreeSet, fmt};

use groundwork_error::DomainError;
use sea_orm::DatabaseConnection;
use sea_orm_migration::MigrationTrait;
use serde::Serialize;
use url::Url;

use crate::{
    adopt::{self, AdoptError, Known},
    diff::{Change, Difference, Kind, differences},
    entities::{Entities, EntitiesError},
    inspect::{self, InspectError},
    scratch::{Scratch, ScratchError},
};
use groundwork_naming::{Convention, Engine};
use groundwork_schema::{
    model::Schema,
    run::{self, Goal, RunError, Settings, State},
};

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
    /// The statements of the live database could not be had.
    #[error(transparent)]
    Adopt(#[from] AdoptError),
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
            Self::Adopt(error) => error.kind(),
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
    scratch_url: Option<&Url>,
) -> Result<Vec<Finding>, CheckError> {
    let pending = run::pending(connection, migrations)
        .await
        .map_err(CheckError::History)?;
    let status = run::status(connection, migrations)
        .await
        .map_err(CheckError::History)?;
    let is_applied = |state| matches!(state, State::Applied | State::Changed);
    let newest = status.iter().rfind(|status| is_applied(status.state));
    let newest = newest.map(|status| status.migration.as_str());
    let expected = expected(connection, migrations, convention, newest, scratch_url).await?;
    let found = inspect::schema(connection).await?;
    let known = Known::of(migrations, expected.engine).await;
    let mut drift = drift(&expected, &found, &known);
    if expected.engine == Engine::Postgres && drift.iter().any(is_changed) {
        let again = rewritten(connection, scratch_url).await?;
        let still = self::drift(&expected, &again, &known);
        drift.retain(|difference| !is_changed(difference) || is_among(difference, &still));
    }
    let drift = drift.into_iter().map(|difference| Finding {
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

/// What the migrations make of an empty database, up to the newest one that is applied.
async fn expected(
    connection: &DatabaseConnection,
    migrations: &[Box<dyn MigrationTrait>],
    convention: &Convention,
    newest: Option<&str>,
    scratch_url: Option<&Url>,
) -> Result<Schema, CheckError> {
    let scratch = Scratch::for_database(connection, scratch_url).await?;
    let expected = async {
        if let Some(newest) = newest {
            let settings = Settings::new(convention);
            let ran = run::up(
                scratch.connection(),
                migrations,
                Goal::To(newest),
                &settings,
            );
            ran.await.map_err(CheckError::Migrate)?;
        }
        Ok::<_, CheckError>(scratch.schema().await?)
    }
    .await;
    let closed = scratch.close().await;
    let expected = expected?;
    closed?;
    Ok(expected)
}

/// The live schema as its own statements make it anew. The server writes an expression with casts
/// that it has added; only what it says of that text is comparable with what it says of a text.
async fn rewritten(
    connection: &DatabaseConnection,
    scratch_url: Option<&Url>,
) -> Result<Schema, CheckError> {
    let scratch = Scratch::for_database(connection, scratch_url).await?;
    let rewritten = async {
        adopt::replayed(connection, scratch.connection()).await?;
        Ok::<_, CheckError>(scratch.schema().await?)
    }
    .await;
    let closed = scratch.close().await;
    let rewritten = rewritten?;
    closed?;
    Ok(rewritten)
}

/// The differences that are somebody's work on this database, and a concern of the migrations.
fn drift(expected: &Schema, found: &Schema, known: &Known) -> Vec<Difference> {
    let spaces: BTreeSet<&String> = (expected.catalog.values())
        .filter_map(|facts| facts.space.as_ref())
        .collect();
    let mut found = found.clone();
    // Other schemas of the database are other people's.
    (found.catalog).retain(|_, facts| facts.space.as_ref().is_none_or(|own| spaces.contains(own)));
    let grants = (expected.catalog.values()).any(|facts| facts.statements.contains_key(PRIVILEGES));
    if !grants {
        for facts in found.catalog.values_mut() {
            facts.statements.remove(PRIVILEGES);
        }
    }
    let mut drift = differences(expected, &found);
    drift.retain(|difference| {
        let object = &difference.object;
        match &difference.change {
            Change::Unexpected { .. } if adopt::is_of_database(object.kind) => false,
            Change::Changed { what, .. } => !known.holds(object, Some(what)),
            Change::Missing { .. } | Change::Unexpected { .. } => !known.holds(object, None),
        }
    });
    drift
}

/// Where migrations grant nothing, privileges are the administrator's.
const PRIVILEGES: &str = "privileges";

fn is_changed(difference: &Difference) -> bool {
    matches!(difference.change, Change::Changed { .. })
}

/// Whether the same about the same object differs in others.
fn is_among(difference: &Difference, others: &[Difference]) -> bool {
    let Change::Changed { what, .. } = &difference.change else {
        return false;
    };
    others.iter().any(|other| {
        let same = |change: &Change| matches!(change, Change::Changed { what: other, .. } if other == what);
        other.object == difference.object && same(&other.change)
    })
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
        advice: "if it was edited, `migrate diff` shows the edit and `migrate new NAME --from-entities` \
                 writes its migration; if not, run `migrate entities`"
            .to_owned(),
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
