//! `migrate repair`.

use groundwork_cli::{Format, Result};
use sea_orm::DatabaseConnection;
use serde::Serialize;

use super::{change::show, context::Context};
use groundwork_schema::run::{self, Repair as Correction, RepairAction, Settings};

/// Accept edits of applied migrations, deliberately
///
/// Writes to the history alone: the present SQL of edited migrations is what counts from now on,
/// the SQL of those that were applied without is written down, those that were renamed get the name of the
/// migration that executes the same, and those that this program has lost are forgotten. The schema is not touched.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate repair --dry-run  show what would be accepted
  migrate repair")]
pub(super) struct Repair {
    /// Show what would be accepted, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// As JSON: for each migration its name, action (accept, record, rename, forget), to, applied, present
    #[arg(long)]
    json: bool,
}

impl Repair {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        let repair = async |connection: &DatabaseConnection| self.repair(context, connection).await;
        context.with_existing(repair).await
    }

    async fn repair(&self, context: &Context<'_>, connection: &DatabaseConnection) -> Result {
        let (app, output) = (context.app, context.output);
        let progress = |event: run::Event<'_>| show(event, output);
        let settings = Settings {
            progress: &progress,
            ..app.run_settings()
        };
        let corrections = if self.dry_run {
            run::repairs(connection, &app.migrations).await?
        } else {
            run::repair(connection, &app.migrations, &settings).await?
        };
        let rows: Vec<Row<'_>> = corrections.iter().map(Row::of).collect();
        let lines = || corrections.iter().map(|it| described(it) + "\n").collect();
        output.data(Format { json: self.json }, &rows, |_| lines())?;
        output.note(match (corrections.is_empty(), self.dry_run) {
            (true, _) => "there is nothing to repair",
            (false, true) => "nothing was changed",
            (false, false) => "the history is repaired",
        });
        Ok(())
    }
}

fn described(correction: &Correction) -> String {
    let name = &correction.migration;
    match &correction.action {
        RepairAction::Accept(change) => format!("accept {name}\n{}", change.diff().trim_end()),
        RepairAction::Record => format!("record {name}"),
        RepairAction::Rename { to } => format!("rename {name} to {to}"),
        RepairAction::Forget => format!("forget {name}"),
    }
}

/// A row of `repair --json`; its shape is an interface.
#[derive(Serialize)]
struct Row<'a> {
    migration: &'a str,
    action: &'static str,
    to: Option<&'a str>,
    applied: Option<&'a str>,
    present: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of(correction: &'a Correction) -> Self {
        let (action, change) = match &correction.action {
            RepairAction::Accept(change) => ("accept", Some(change)),
            RepairAction::Record => ("record", None),
            RepairAction::Rename { .. } => ("rename", None),
            RepairAction::Forget => ("forget", None),
        };
        let to = match &correction.action {
            RepairAction::Rename { to } => Some(to.as_str()),
            _ => None,
        };
        Self {
            migration: &correction.migration,
            action,
            to,
            applied: change.map(|change| change.applied.as_str()),
            present: change.map(|change| change.present.as_str()),
        }
    }
}
