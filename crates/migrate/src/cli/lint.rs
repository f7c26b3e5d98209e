//! `migrate lint`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::PathBuf,
};

use clap::ValueEnum;
use groundwork_cli::{CliError, Exit, Output, Result, Stream, text::counted};
use sea_orm::DatabaseConnection;

use super::{app::App, context::Context};
use crate::{
    inspect,
    lint::{self, Report, rules::Severity},
};
use groundwork_naming::Engine;
use groundwork_schema::model::Schema;

/// How many rows each table has.
type RowCounts = BTreeMap<String, i64>;

/// Look for statements that lock, lose or break something, and for what breaks the convention
///
/// Migrations are looked at by the statements that they render for each engine, without a
/// database. docs/lint.md explains every rule, and how a finding is waived with a reason.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Exits with 1 if there are errors.

Examples:
  migrate lint
  migrate lint --deny warnings
  migrate lint --live
  migrate lint changes.sql
  migrate lint --engine postgres changes.sql
  migrate lint --format sarif > lint.sarif")]
pub(super) struct Lint {
    /// Files of SQL to look at instead of the migrations
    #[arg(value_name = "FILE.sql", conflicts_with = "live")]
    files: Vec<PathBuf>,

    /// For this engine only [default: both; for a file, the one whose words it uses]
    #[arg(long, value_name = "ENGINE")]
    engine: Option<EngineName>,

    /// How findings are printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,

    /// As JSON; the same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,

    /// Look at the catalog of the configured database too
    #[arg(long)]
    live: bool,

    /// With --live on SQLite: from how many rows on the rebuild of a table is worth a warning
    #[arg(long, value_name = "ROWS", default_value = "100000", requires = "live")]
    large_table: i64,

    /// Exit with 1 for warnings too
    #[arg(long, value_name = "WHAT")]
    deny: Option<Deny>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum EngineName {
    Sqlite,
    Postgres,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ReportFormat {
    Text,
    Json,
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

impl Lint {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        let (app, output) = (context.app, context.output);
        let (schema, counts) = self.look(context).await?.unzip();
        let mut report = if self.files.is_empty() {
            let engines = match self.engine {
                Some(engine) => vec![engine.model()],
                None => vec![Engine::Sqlite, Engine::Postgres],
            };
            let large = self.large(counts.as_ref());
            let (migrations, convention) = (&app.migrations, &app.convention);
            lint::migrations(migrations, &app.sources, convention, &engines, &large).await
        } else {
            self.read(app, output)?
        };
        if let Some(schema) = &schema {
            report.extend_live(lint::catalog(schema, &app.convention));
        }
        self.print(&report, output)?;
        let errors = report.count(Severity::Error);
        let warnings = report.count(Severity::Warning);
        let is_bad = errors > 0 || warnings > 0 && self.deny == Some(Deny::Warnings);
        match is_bad {
            true => Err(CliError::found()),
            false => Ok(()),
        }
    }

    /// The configured database, with --live: its schema, and how many rows its tables have.
    async fn look(&self, context: &Context<'_>) -> Result<Option<(Schema, RowCounts)>> {
        if !self.live {
            return Ok(None);
        }
        let read = async |connection: &DatabaseConnection| {
            let schema = inspect::schema(connection).await?;
            Ok((schema, inspect::row_counts(connection).await?))
        };
        context.with_existing(read).await.map(Some)
    }

    /// The tables that are large, by their names in lowercase.
    fn large(&self, counts: Option<&RowCounts>) -> BTreeSet<String> {
        (counts.into_iter().flatten())
            .filter(|(_, rows)| **rows >= self.large_table)
            .map(|(table, _)| table.to_lowercase())
            .collect()
    }

    /// Looks at the files.
    fn read(&self, app: &App, output: Output) -> Result<Report> {
        let mut report = Report::default();
        let mut files = lint::Files::new(&app.convention);
        for path in &self.files {
            let text = fs::read_to_string(path).map_err(|error| {
                let exit = match error.kind() {
                    io::ErrorKind::InvalidData => Exit::BadInput,
                    io::ErrorKind::NotFound | io::ErrorKind::IsADirectory => Exit::Usage,
                    _ => Exit::Unavailable,
                };
                CliError::new(exit, format!("cannot read {}: {error}", path.display()))
            })?;
            let path = path.display().to_string();
            let engine = match self.engine {
                Some(engine) => engine.model(),
                None => guess(&path, &text, output)?,
            };
            report.extend(files.check(&path, &text, engine));
        }
        Ok(report)
    }

    fn print(&self, report: &Report, output: Output) -> Result {
        let format = if self.json {
            ReportFormat::Json
        } else {
            self.format
        };
        match format {
            ReportFormat::Text if report.findings.is_empty() => {}
            ReportFormat::Text => {
                let text = lint::text(report, output.is_coloured(Stream::Stdout));
                output.line(text.trim_end())?;
            }
            ReportFormat::Json => output.line(&format!("{:#}", lint::json(report)))?,
            ReportFormat::Sarif => output.line(&format!("{:#}", lint::sarif(report)))?,
        }
        for note in &report.notes {
            output.note(format!("note: {note}"));
        }
        output.note(format!(
            "{}, {}, {} waived",
            counted(report.count(Severity::Error), "error"),
            counted(report.count(Severity::Warning), "warning"),
            report.waived
        ));
        Ok(())
    }
}

/// The engine that a file is written for.
fn guess(path: &str, text: &str, output: Output) -> Result<Engine> {
    let Some((engine, words)) = lint::engine(text) else {
        let message = format!(
            "{path} does not say for which engine it is: add --engine sqlite or --engine postgres"
        );
        return Err(CliError::usage(message));
    };
    let name = match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    };
    output.note(format!("{path} is for {name}: it says {words}"));
    Ok(engine)
}

impl EngineName {
    const fn model(self) -> Engine {
        match self {
            Self::Sqlite => Engine::Sqlite,
            Self::Postgres => Engine::Postgres,
        }
    }
}
