//! The trial of every migration on a scratch database.

use std::collections::BTreeMap;

use groundwork_naming::{Convention, Engine};
use groundwork_schema::{
    model::Schema,
    record::Cause,
    run::{self, Goal, RunError, Settings},
};
use sea_orm::DatabaseConnection;
use sea_orm_migration::MigrationTrait;

use super::{
    error::VerifyError,
    finding::{Finding, FindingKind, declares_loss},
    rows::{self, Content},
};
use crate::{
    diff::differences,
    inspect,
    scratch::{Place, Scratch},
};

/// Tries every migration on a scratch database. `progress` gets the name of each.
///
/// # Errors
/// Any [`VerifyError`]. A fault of a migration is no error but a finding.
pub async fn verify(
    migrations: &[Box<dyn MigrationTrait>],
    convention: &Convention,
    place: &Place,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Vec<Finding>, VerifyError> {
    let scratch = Scratch::open(place).await?;
    let mut trial = Trial {
        connection: scratch.connection(),
        engine: place.engine(),
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
            self.report(name, FindingKind::UpFails(explain(&error)));
            return Ok(false);
        }
        let after = inspect::schema(self.connection).await?;
        let left = rows::content(self.connection, &after).await?;
        let is_lossless = self.compare_rows(name, &before, &kept, &left);
        for table in rows::fill(self.connection, &after).await? {
            self.report(name, FindingKind::NoRows(format!("table {table}")));
        }
        if let Err(error) = self.down().await {
            return self.not_taken_back(name, &error);
        }
        let back = inspect::schema(self.connection).await?;
        for difference in differences(&before, &back) {
            self.report(name, FindingKind::DownLeaves(difference.to_string()));
        }
        let left = rows::content(self.connection, &back).await?;
        if is_lossless {
            self.compare_rows(name, &before, &kept, &left);
        }
        if let Err(error) = self.up(name).await {
            let again = format!("the second time: {}", explain(&error));
            self.report(name, FindingKind::UpFails(again));
            return Ok(false);
        }
        let again = inspect::schema(self.connection).await?;
        for difference in differences(&after, &again) {
            self.report(name, FindingKind::UpDiffers(difference.to_string()));
        }
        rows::fill(self.connection, &again).await?;
        Ok(true)
    }

    fn not_taken_back(&mut self, name: &str, error: &RunError) -> Result<bool, VerifyError> {
        let kind = match error.cause() {
            Some(Cause::Irreversible { why }) => FindingKind::Irreversible(why.clone()),
            _ => FindingKind::DownFails(explain(error)),
        };
        self.report(name, kind);
        Ok(true)
    }

    /// Reports what is missing of the rows and values before; true if nothing is.
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
        let before_count = self.findings.len();
        for table in before.tables.keys() {
            let (Some(kept), Some(left)) = (kept.get(table), left.get(table)) else {
                continue;
            };
            if left.rows < kept.rows {
                let lost = kept.rows - left.rows;
                let lost = format!("{lost} of {} rows of table {table}", kept.rows);
                self.report(name, FindingKind::Loses(lost));
                continue;
            }
            // Rows that came in the meantime are no loss, but hide one.
            if left.rows > kept.rows {
                continue;
            }
            for (column, values) in &kept.values {
                if left.values.get(column).is_some_and(|now| now != values) {
                    let lost = format!("values of column {column} of table {table}");
                    self.report(name, FindingKind::Loses(lost));
                }
            }
        }
        self.findings.len() == before_count
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

    fn report(&mut self, migration: &str, kind: FindingKind) {
        self.findings.push(Finding {
            engine: self.engine,
            migration: migration.to_owned(),
            kind,
        });
    }
}

/// An error with its causes.
fn explain(error: &RunError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let message = next.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        cause = next.source();
    }
    text
}
