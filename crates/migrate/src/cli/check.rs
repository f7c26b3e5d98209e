//! `migrate check`.

use std::path::PathBuf;

use groundwork_cli::{CliError, Format, Result, text::counted};
use sea_orm::DatabaseConnection;

use super::{context::Context, scratch_flag::ScratchFlag};
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
any. On PostgreSQL the migrations run in a new database; where the role may not create one,
--scratch-url names a database in which a schema will do.

Examples:
  migrate check
  migrate check --scratch-url postgres://app@db/app
  migrate check --json | jq -r '.differences[].what'")]
pub(super) struct Check {
    /// As JSON: clean, differences (between, what, advice), entities_checked
    #[arg(long)]
    json: bool,

    /// The folder of the entity crate [default: the nearest `entity` with an entities.toml, here
    /// or in a folder above]
    #[arg(long, value_name = "DIR")]
    entity: Option<PathBuf>,

    #[command(flatten)]
    scratch: ScratchFlag,
}

impl Check {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        let compare =
            async |connection: &DatabaseConnection| self.compare(context, connection).await;
        context.with_existing(compare).await
    }

    async fn compare(&self, context: &Context<'_>, connection: &DatabaseConnection) -> Result {
        let (app, output) = (context.app, context.output);
        let scratch_url = self.scratch.url(context).await?;
        let mut findings = check::database(
            connection,
            &app.migrations,
            &app.convention,
            scratch_url.as_ref(),
        )
        .await?;
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
        let report = serde_json::json!({
            "clean": findings.is_empty(),
            "differences": findings,
            "entities_checked": entities_checked,
        });
        let lines = || {
            findings
                .iter()
                .map(|finding| format!("{finding}\n"))
                .collect()
        };
        output.data(Format { json: self.json }, &report, |_| lines())?;
        if findings.is_empty() {
            output.note(if entities_checked {
                "database, migrations and entities agree"
            } else {
                "database and migrations agree"
            });
            return Ok(());
        }
        output.note(counted(findings.len(), "difference"));
        Err(CliError::found())
    }
}
