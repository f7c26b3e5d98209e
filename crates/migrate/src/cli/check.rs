//! `migrate check`.

use std::{path::PathBuf, process::ExitCode};

use sea_orm::DatabaseConnection;

use super::{App, Failure, Output, counted};
use crate::{
    check::{self, CheckError},
    entities::{Entities, EntitiesError},
};

/// Compare the live database, the migrations and the entities
///
/// The migrations that the database has applied run on a scratch database beside it, whose schema
/// is then compared with the live one; the entities are generated anew and compared with the
/// committed ones. Nothing is changed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
One line for each difference: what, where, expected, found, what to do. Exits with 1 if there are
any. On PostgreSQL the role must be allowed to create a database.

Examples:
  migrate check
  migrate check --json | jq -r '.differences[].what'")]
pub(super) struct Check {
    /// As JSON: clean, differences (between, what, advice), entities_checked
    #[arg(long)]
    json: bool,

    /// The folder of the entity crate [default: the nearest `entity` with an entities.toml, here
    /// or in a folder above]
    #[arg(long, value_name = "DIR")]
    entity: Option<PathBuf>,
}

impl Check {
    pub(super) async fn run(
        &self,
        app: &App,
        connection: &DatabaseConnection,
        output: Output,
    ) -> Result<ExitCode, Failure> {
        let mut findings = check::database(connection, &app.migrations, &app.convention).await?;
        let entities = Entities {
            entity: self.entity.clone(),
            ..Entities::default()
        };
        let mut entities_checked = true;
        match check::entities(&entities, &app.migrations, &app.convention).await {
            Ok(more) => findings.extend(more),
            Err(CheckError::Entities(error @ EntitiesError::NoEntityCrate { .. })) => {
                entities_checked = false;
                output.note(format!("the entities were not looked at: {error}"));
            }
            Err(error) => return Err(error.into()),
        }
        if self.json {
            let report = serde_json::json!({
                "clean": findings.is_empty(),
                "differences": findings,
                "entities_checked": entities_checked,
            });
            output.data(&format!("{report:#}"))?;
        } else {
            for finding in &findings {
                output.data(&finding.to_string())?;
            }
        }
        if findings.is_empty() {
            output.note(if entities_checked {
                "database, migrations and entities agree"
            } else {
                "database and migrations agree"
            });
            return Ok(ExitCode::SUCCESS);
        }
        output.note(counted(findings.len(), "difference"));
        Ok(ExitCode::from(1))
    }
}

impl From<CheckError> for Failure {
    fn from(error: CheckError) -> Self {
        Self::new(error.exit_code(), error)
    }
}
