//! `migrate plan`.

use clap::ValueEnum;
use groundwork_cli::{CliError, Output, Result};
use serde::Serialize;

use super::{app::App, context::Context};
use groundwork_naming::Engine;
use groundwork_schema::run::{self, Direction, Planned, Settings, Span};

/// Show what migrations execute, without a database
///
/// The statements are recorded from the migrations themselves. One that must read data before it
/// can go on is named as such.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
The script of --sql does what `up` does, in the same transactions and under the same lock, and
writes the history too. It stops at the first error.

Examples:
  migrate plan
  migrate plan --sql | sqlite3 studio.db
  migrate plan --sql --engine postgres --from create_scenes | psql -X studio
  migrate plan --down --to create_scenes")]
pub(super) struct Plan {
    /// As a script for sqlite3 or psql
    #[arg(long, conflicts_with = "json")]
    sql: bool,
    /// The newest migration that is applied before [default: none; with --down: all are]
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    /// The newest migration that is applied afterwards [default: all are; with --down: none]
    #[arg(long, value_name = "NAME")]
    to: Option<String>,
    /// The way back
    #[arg(long)]
    down: bool,
    /// For which engine [default: that of the configured database]
    #[arg(long, value_enum)]
    engine: Option<EngineName>,
    /// As JSON: for each migration its name, direction, is_transactional, statements, reads, fails
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum EngineName {
    Sqlite,
    Postgres,
}

/// How steps are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlanFormat {
    Text,
    Script,
    Json,
}

impl Plan {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        let (app, output) = (context.app, context.output);
        let engine = match self.engine {
            Some(EngineName::Sqlite) => Engine::Sqlite,
            Some(EngineName::Postgres) => Engine::Postgres,
            None => context.settings()?.url.engine(),
        };
        let direction = if self.down {
            Direction::Down
        } else {
            Direction::Up
        };
        let span = Span {
            from: self.from.as_deref(),
            to: self.to.as_deref(),
        };
        let format = match (self.sql, self.json) {
            (true, _) => PlanFormat::Script,
            (_, true) => PlanFormat::Json,
            _ => PlanFormat::Text,
        };
        let steps = run::plan(&app.migrations, direction, span, engine).await?;
        print(&steps, app, engine, format, &app.run_settings(), output)
    }
}

/// Prints the steps to stdout, and what to know about them to stderr.
pub(super) fn print(
    steps: &[Planned],
    app: &App,
    engine: Engine,
    format: PlanFormat,
    settings: &Settings<'_>,
    output: Output,
) -> Result {
    if steps.is_empty() && format != PlanFormat::Json {
        output.note("nothing to do");
        return Ok(());
    }
    for step in steps {
        if let Some(query) = &step.recording.reads {
            let name = &step.recording.migration;
            output.note(format!(
                "{name} reads data; what it does depends on it: {query}"
            ));
        }
    }
    let text = match format {
        PlanFormat::Text => steps.iter().map(listed).collect::<Vec<_>>().join("\n"),
        PlanFormat::Script => run::script(steps, &app.migrations, engine, settings)?,
        PlanFormat::Json => {
            let steps: Vec<StepRow<'_>> = steps.iter().map(StepRow::of).collect();
            serde_json::to_string_pretty(&steps).map_err(CliError::internal)?
        }
    };
    output.line(text.trim_end())
}

fn listed(step: &Planned) -> String {
    let recording = &step.recording;
    let mut text = format!("-- {} {}", step.direction, recording.migration);
    if !recording.is_transactional {
        text.push_str(", outside of a transaction");
    }
    text.push('\n');
    text.push_str(&recording.text());
    if let Some(query) = &recording.reads {
        text.push_str(&commented("reads data", query));
    }
    if let Some(why) = recording.outcome.failure() {
        text.push_str(&commented("fails", why));
    }
    text
}

fn commented(what: &str, text: &str) -> String {
    format!("-- {what}: {}\n", text.replace('\n', "\n--   "))
}

/// A step of `plan --json`; its shape is an interface.
#[derive(Serialize)]
struct StepRow<'a> {
    migration: &'a str,
    direction: String,
    is_transactional: bool,
    statements: &'a [String],
    reads: Option<&'a str>,
    fails: Option<&'a str>,
}

impl<'a> StepRow<'a> {
    fn of(step: &'a Planned) -> Self {
        let recording = &step.recording;
        Self {
            migration: &recording.migration,
            direction: step.direction.to_string(),
            is_transactional: recording.is_transactional,
            statements: &recording.statements,
            reads: recording.reads.as_deref(),
            fails: recording.outcome.failure(),
        }
    }
}
