//! Proof that every migration can be taken back: on scratch databases, with rows in every table,
//! each goes up, down and up again, and the catalogs and rows before and after are compared.

mod rows;

use std::{collections::BTreeMap, fmt};

use sea_orm::DatabaseConnection;
use sea_orm_migration::MigrationTrait;
use serde::Serialize;

use crate::{
    diff::differences,
    inspect::{self, InspectError},
    scratch::{Place, Scratch, ScratchError},
};
use groundwork_naming::{Convention, Engine};
use groundwork_schema::{
    model::Schema,
    run::{self, Goal, IRREVERSIBLE, RunError, Settings},
};
use rows::{Content, RowsError};

/// The verbs with which the name of a migration says that it removes rows or values.
pub const DESTRUCTIVE_VERBS: [&str; 4] = ["drop", "remove", "delete", "truncate"];

/// What was found about a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where it was tried.
    pub engine: Engine,
    /// The migration.
    pub migration: String,
    /// What is the matter.
    #[serde(flatten)]
    pub matter: Matter,
}

/// What is the matter with a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "matter", content = "detail", rename_all = "snake_case")]
pub enum Matter {
    /// It fails on its way up, with rows in the tables.
    UpFails(String),
    /// It fails on its way down.
    DownFails(String),
    /// After up and down, the catalog is not what it was.
    DownLeaves(String),
    /// After up, down and up, the catalog is not what it was after the first.
    UpDiffers(String),
    /// Rows or values of a table that was there before are gone, and its name does not say so.
    Loses(String),
    /// It declares itself irreversible, for this reason. No failure.
    Irreversible(String),
    /// No row could be made for this table, so that nothing is known about its rows. No failure.
    NoRows(String),
}

impl Matter {
    /// Whether something has to be done about it.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        !matches!(self, Self::Irreversible(_) | Self::NoRows(_))
    }
}

/// Why nothing could be tried.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// No scratch database could be had.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// A schema could not be read.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// The rows of the scratch database could not be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The migrations cannot be run at all.
    #[error(transparent)]
    Run(RunError),
}

impl VerifyError {
    /// The exit code with which a command that meets this error ends.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Run(error) => error.exit_code(),
            _ => 69,
        }
    }
}

/// Tries every migration on a scratch database. `progress` is told the name of each.
///
/// # Errors
/// Any [`VerifyError`]. What is wrong with a migration is no error but a finding.
pub async fn verify(
    migrations: &[Box<dyn MigrationTrait>],
    convention: &Convention,
    place: &Place,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Vec<Finding>, VerifyError> {
    let scratch = Scratch::open(place).await?;
    let mut trial = Trial {
        connection: scratch.connection(),
        engine: match place {
            Place::Sqlite => Engine::Sqlite,
            Place::Postgres(_) => Engine::Postgres,
        },
        migrations,
        settings: Settings::new(convention),
        findings: Vec::new(),
    };
    let mut tried = Ok(true);
    for migration in migrations {
        progress(migration.name());
        tried = trial.migration(migration.name()).await;
        if !matches!(tried, Ok(true)) {
            break;
        }
    }
    let findings = trial.findings;
    let closed = scratch.close().await;
    tried.map(drop)?;
    closed?;
    Ok(findings)
}

struct Trial<'a> {
    connection: &'a DatabaseConnection,
    engine: Engine,
    migrations: &'a [Box<dyn MigrationTrait>],
    settings: Settings<'a>,
    findings: Vec<Finding>,
}

impl Trial<'_> {
    /// Tries one migration, of which all before are applied. False if those after it cannot be
    /// tried.
    async fn migration(&mut self, name: &str) -> Result<bool, VerifyError> {
        let before = inspect::schema(self.connection).await?;
        let kept = rows::content(self.connection, &before).await?;
        if let Err(error) = self.up(name).await {
            self.tell(name, Matter::UpFails(explain(&error)));
            return Ok(false);
        }
        let after = inspect::schema(self.connection).await?;
        let left = rows::content(self.connection, &after).await?;
        let is_lossless = self.compare_rows(name, &before, &kept, &left);
        for table in rows::fill(self.connection, &after).await? {
            self.tell(name, Matter::NoRows(format!("table {table}")));
        }
        if let Err(error) = self.down().await {
            return self.not_taken_back(name, &error);
        }
        let back = inspect::schema(self.connection).await?;
        for difference in differences(&before, &back) {
            self.tell(name, Matter::DownLeaves(difference.to_string()));
        }
        let left = rows::content(self.connection, &back).await?;
        if is_lossless {
            self.compare_rows(name, &before, &kept, &left);
        }
        if let Err(error) = self.up(name).await {
            let again = format!("the second time: {}", explain(&error));
            self.tell(name, Matter::UpFails(again));
            return Ok(false);
        }
        let again = inspect::schema(self.connection).await?;
        for difference in differences(&after, &again) {
            self.tell(name, Matter::UpDiffers(difference.to_string()));
        }
        rows::fill(self.connection, &again).await?;
        Ok(true)
    }

    fn not_taken_back(&mut self, name: &str, error: &RunError) -> Result<bool, VerifyError> {
        let said = explain(error);
        match said.split_once(IRREVERSIBLE) {
            Some((_, why)) => {
                self.tell(name, Matter::Irreversible(why.trim().to_owned()));
                Ok(true)
            }
            None => {
                self.tell(name, Matter::DownFails(said));
                Ok(true)
            }
        }
    }

    /// Tells what is missing of what was there before; true if nothing is.
    fn compare_rows(
        &mut self,
        name: &str,
        before: &Schema,
        kept: &BTreeMap<String, Content>,
        left: &BTreeMap<String, Content>,
    ) -> bool {
        if declares_loss(name) {
            return true;
        }
        let told = self.findings.len();
        for table in before.tables.keys() {
            let (Some(kept), Some(left)) = (kept.get(table), left.get(table)) else {
                continue;
            };
            if left.rows < kept.rows {
                let lost = kept.rows - left.rows;
                let lost = format!("{lost} of {} rows of table {table}", kept.rows);
                self.tell(name, Matter::Loses(lost));
                continue;
            }
            // Rows that came in the meantime are no loss, but hide one.
            if left.rows > kept.rows {
                continue;
            }
            for (column, values) in &kept.values {
                if left.values.get(column).is_some_and(|now| now != values) {
                    let lost = format!("values of column {column} of table {table}");
                    self.tell(name, Matter::Loses(lost));
                }
            }
        }
        self.findings.len() == told
    }

    async fn up(&self, name: &str) -> Result<(), RunError> {
        let goal = Goal::To(name);
        run::up(self.connection, self.migrations, goal, &self.settings)
            .await
            .map(drop)
    }

    async fn down(&self) -> Result<(), RunError> {
        let goal = Goal::Steps(1);
        run::down(self.connection, self.migrations, goal, &self.settings)
            .await
            .map(drop)
    }

    fn tell(&mut self, migration: &str, matter: Matter) {
        self.findings.push(Finding {
            engine: self.engine,
            migration: migration.to_owned(),
            matter,
        });
    }
}

/// Whether the verb in a migration's name says that something is removed.
fn declares_loss(name: &str) -> bool {
    let verb = name
        .split('_')
        .find(|word| !word.chars().any(|c| c.is_ascii_digit()));
    verb.is_some_and(|verb| DESTRUCTIVE_VERBS.contains(&verb))
}

/// An error with its causes.
fn explain(error: &RunError) -> String {
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let text = next.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        cause = next.source();
    }
    said
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let engine = match self.engine {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        };
        write!(f, "{} on {engine}: ", self.migration)?;
        match &self.matter {
            Matter::UpFails(why) => write!(f, "up fails: {why}"),
            Matter::DownFails(why) => write!(f, "down fails: {why}"),
            Matter::DownLeaves(what) => write!(f, "down does not restore {what}"),
            Matter::UpDiffers(what) => write!(f, "a second up does not give {what}"),
            Matter::Loses(what) => write!(
                f,
                "up and down lose {what}; keep them, or say so in the name ({}_…)",
                DESTRUCTIVE_VERBS.join("_…, ")
            ),
            Matter::Irreversible(why) => write!(f, "irreversible, as it says: {why}"),
            Matter::NoRows(what) => write!(f, "tried without rows in {what}: none could be made"),
        }
    }
}
