//! `migrate diff`.

use std::path::PathBuf;

use groundwork_cli::{CliError, Format, Result, text::counted};

use super::context::Context;
use crate::evolve::{Sources, differences};

/// Show what the edited entities say otherwise than the migrations make
///
/// The migrations run on a scratch database, and the entities that they give are compared with
/// those in entity/src. Each edit is a line; `migrate new NAME --from-entities` writes the migration
/// that makes them. Nothing is changed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Exits with 1 if there are any.

Examples:
  migrate diff
  migrate diff --json | jq -r '.edits[].edit'")]
pub(super) struct Diff {
    /// The folder of the entity crate [default: the nearest `entity` with an entities.toml, here
    /// or in a folder above]
    #[arg(long, value_name = "DIR")]
    entity: Option<PathBuf>,

    /// As JSON: edits (edit, table, …), questions (question, …)
    #[arg(long)]
    json: bool,
}

impl Diff {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        let (app, output) = (context.app, context.output);
        let sources = Sources {
            migrations: &app.migrations,
            convention: &app.convention,
            entity: self.entity.clone(),
            server: None,
            sources: &app.sources,
        };
        let (edits, questions) = differences(&sources).await?;
        let report = serde_json::json!({ "edits": edits, "questions": questions });
        let lines = || edits.iter().map(|edit| format!("{edit}\n")).collect();
        output.data(Format { json: self.json }, &report, |_| lines())?;
        for question in &questions {
            output.note(question);
        }
        if edits.is_empty() {
            output.note("the entities say what the migrations make");
            return Ok(());
        }
        output.note(format!(
            "{}; `migrate new NAME --from-entities` writes the migration",
            counted(edits.len(), "edit")
        ));
        Err(CliError::found())
    }
}
