//! `migrate mark`.

use clap::ArgGroup;
use groundwork_cli::{Format, Result};
use sea_orm::DatabaseConnection;
use serde::Serialize;

use super::{change::show, context::Context};
use groundwork_schema::run::{self, Mark as What, Settings};

/// Say in the history that a migration is applied, pending, or renamed, deliberately
///
/// Writes to the history alone; the schema is not touched. `status` shows who said so.
#[derive(Clone, Debug, clap::Args)]
#[command(
    group = ArgGroup::new("what").required(true).args(["applied", "pending", "renamed"]),
    after_help = "\
Examples:
  migrate mark --applied create_captions    what it makes is there already
  migrate mark --pending create_captions    the next `up` runs it again
  migrate mark --renamed m20260102_000000_add_mood=add_tone
                                            it was applied under the first name"
)]
pub(super) struct Mark {
    /// This migration is applied; its timestamp may be left out
    #[arg(long, value_name = "NAME")]
    applied: Option<String>,
    /// This migration is not applied; its timestamp may be left out
    #[arg(long, value_name = "NAME")]
    pending: Option<String>,
    /// The migration that is applied under the name OLD is the program's NEW
    #[arg(long, value_name = "OLD=NEW", value_parser = pair)]
    renamed: Option<(String, String)>,
    /// As JSON: migration, mark (applied, pending, renamed)
    #[arg(long)]
    json: bool,
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once('=') {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => {
            Ok((old.to_owned(), new.to_owned()))
        }
        _ => Err("write OLD=NEW: the name in the history, and that of the migration".to_owned()),
    }
}

impl Mark {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        let mark = async |connection: &DatabaseConnection| self.mark(context, connection).await;
        context.with_existing(mark).await
    }

    async fn mark(&self, context: &Context<'_>, connection: &DatabaseConnection) -> Result {
        let (app, output) = (context.app, context.output);
        let progress = |event: run::Event<'_>| show(event, output);
        let settings = Settings {
            progress: &progress,
            ..app.run_settings()
        };
        let (what, mark) = match (&self.applied, &self.pending, &self.renamed) {
            (Some(name), _, _) => (What::Applied(name), "applied"),
            (_, Some(name), _) => (What::Pending(name), "pending"),
            (_, _, Some((from, to))) => (What::Renamed { from, to }, "renamed"),
            // clap asks for one of them.
            (None, None, None) => return Ok(()),
        };
        let migration = run::mark(connection, &app.migrations, what, &settings).await?;
        let row = Row {
            migration: &migration,
            mark,
        };
        output.data(Format { json: self.json }, &row, |_| String::new())?;
        output.note(match &self.renamed {
            Some((old, _)) => format!("{migration} is the name of {old} from now on"),
            None => format!("{migration} is {mark} from now on"),
        });
        Ok(())
    }
}

/// `mark --json`; its shape is an interface.
#[derive(Serialize)]
struct Row<'a> {
    migration: &'a str,
    mark: &'static str,
}
