//! `migrate up`, `migrate down` and `migrate redo`.

use std::{process::ExitCode, time::Duration};

use clap::builder::RangedU64ValueParser;
use sea_orm::DatabaseConnection;
use serde::Serialize;

use super::{
    Access, App, Failure, Output, counted,
    output::Tone,
    plan::{Format, print},
};
use groundwork_naming::Engine;
use groundwork_schema::{
    backup::{KEPT, Kept},
    run::{self, Direction, Event, Goal, Order, Planned, Report, RunError, Settings},
};

/// Apply pending migrations, oldest first
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Creates the database's file where it is missing (SQLite). Exits with 65 if an applied migration was
edited, is missing, or comes after a pending one, with 75 if another process or session keeps the
database or its tables to itself.

Examples:
  migrate up                     to the newest schema
  migrate up -n 1                the next one only
  migrate up --to create_scenes  until that one is applied
  migrate up --dry-run           show what would be executed")]
pub(super) struct Up {
    /// How many [default: all]
    #[arg(short = 'n', long, value_name = "N", value_parser = at_least_one())]
    steps: Option<u32>,
    /// Stop when this one is applied; its timestamp may be left out
    #[arg(long, value_name = "NAME", conflicts_with = "steps")]
    to: Option<String>,
    /// Also apply migrations that come before one that is applied already
    #[arg(long)]
    out_of_order: bool,
    #[command(flatten)]
    manner: Manner,
}

/// Take applied migrations back, newest first
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate down                     the newest one
  migrate down -n 2                the newest two
  migrate down --to create_scenes  until that one is the newest that is applied
  migrate down --all               back to an empty schema; all rows are lost")]
pub(super) struct Down {
    /// How many [default: 1]
    #[arg(short = 'n', long, value_name = "N", value_parser = at_least_one())]
    steps: Option<u32>,
    /// Stop when this one is the newest; its timestamp may be left out
    #[arg(long, value_name = "NAME", conflicts_with = "steps")]
    to: Option<String>,
    /// All of them
    #[arg(long, conflicts_with_all = ["steps", "to"])]
    all: bool,
    #[command(flatten)]
    manner: Manner,
}

/// Take the newest migrations back and apply them again
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
They may have been edited since they were applied; other applied migrations may not.

Examples:
  migrate redo       while a migration is being written
  migrate redo -n 2")]
pub(super) struct Redo {
    /// How many
    #[arg(short = 'n', long, value_name = "N", default_value = "1", value_parser = at_least_one())]
    steps: u32,
    #[command(flatten)]
    manner: Manner,
}

/// How a change is made.
#[derive(Clone, Debug, clap::Args)]
struct Manner {
    /// Show what would be executed, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// What was done, or would be, as JSON
    #[arg(long)]
    json: bool,
    /// Keep no backup before a step that loses data (SQLite)
    #[arg(long)]
    no_backup: bool,
    /// How long to wait for other processes, and to try again
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    wait: u64,
    /// How long a statement waits for a lock before the migration is rolled back and tried again
    /// (PostgreSQL)
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = at_least_one())]
    lock_timeout: u32,
    /// How long a statement may take [default: as long as it needs] (PostgreSQL)
    #[arg(long, value_name = "SECONDS", value_parser = at_least_one())]
    statement_timeout: Option<u32>,
}

/// One of the three.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change<'a> {
    Up(&'a Up),
    Down(&'a Down),
    Redo(&'a Redo),
}

fn at_least_one() -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(1..=u64::from(u32::MAX))
}

impl<'a> Change<'a> {
    /// A dry run creates nothing.
    pub(super) fn access(self) -> Access {
        if self.manner().dry_run {
            Access::Look
        } else {
            Access::Change
        }
    }

    pub(super) async fn run(
        self,
        app: &App,
        connection: Option<&DatabaseConnection>,
        output: Output,
    ) -> Result<ExitCode, Failure> {
        let manner = self.manner();
        let progress = |event: Event<'_>| show(event, output);
        let settings = Settings {
            progress: &progress,
            acquire_timeout: Duration::from_secs(manner.wait),
            lock_timeout: Duration::from_secs(manner.lock_timeout.into()),
            statement_timeout: manner
                .statement_timeout
                .map(|s| Duration::from_secs(s.into())),
            order: self.order(),
            program: Some(&app.program),
            backups: if manner.no_backup { 0 } else { KEPT },
            ..Settings::new(&app.convention)
        };
        if manner.dry_run {
            let (steps, engine) = self.preview(app, connection, &settings).await?;
            let format = if manner.json {
                Format::Json
            } else {
                Format::Text
            };
            print(&steps, app, engine, format, &settings, output)?;
            output.note("nothing was changed");
            return Ok(ExitCode::SUCCESS);
        }
        let Some(connection) = connection else {
            return Err(Failure::no_database());
        };
        let report = self.perform(app, connection, &settings).await?;
        let pending = run::pending(connection, &app.migrations).await?;
        if manner.json {
            output.data(&json(&report, &pending)?)?;
        }
        tell_end(&report, &pending, output);
        Ok(ExitCode::SUCCESS)
    }

    async fn perform(
        self,
        app: &App,
        connection: &DatabaseConnection,
        settings: &Settings<'_>,
    ) -> Result<Report, RunError> {
        let migrations = &app.migrations;
        match self {
            Self::Up(_) => run::up(connection, migrations, self.goal(), settings).await,
            Self::Down(_) => run::down(connection, migrations, self.goal(), settings).await,
            Self::Redo(redo) => run::redo(connection, migrations, redo.steps, settings).await,
        }
    }

    /// What would be run; where there is no database yet, as on an empty one.
    async fn preview(
        self,
        app: &App,
        connection: Option<&DatabaseConnection>,
        settings: &Settings<'_>,
    ) -> Result<(Vec<Planned>, Engine), Failure> {
        let migrations = &app.migrations;
        let Some(connection) = connection else {
            let steps = match self {
                Self::Up(_) => run::preview_new(migrations, self.goal(), Engine::Sqlite).await?,
                Self::Down(_) | Self::Redo(_) => Vec::new(),
            };
            // Only SQLite has databases that do not exist.
            return Ok((steps, Engine::Sqlite));
        };
        let steps = match self {
            Self::Up(_) => {
                run::preview(connection, migrations, Direction::Up, self.goal(), settings).await
            }
            Self::Down(_) => {
                run::preview(
                    connection,
                    migrations,
                    Direction::Down,
                    self.goal(),
                    settings,
                )
                .await
            }
            Self::Redo(redo) => {
                run::preview_redo(connection, migrations, redo.steps, settings).await
            }
        }?;
        Ok((steps, run::engine_of(connection)?))
    }

    fn manner(self) -> &'a Manner {
        match self {
            Self::Up(up) => &up.manner,
            Self::Down(down) => &down.manner,
            Self::Redo(redo) => &redo.manner,
        }
    }

    fn order(self) -> Order {
        match self {
            Self::Up(up) if !up.out_of_order => Order::Strict,
            // What was applied out of order may be taken back and applied again.
            _ => Order::Any,
        }
    }

    fn goal(self) -> Goal<'a> {
        let (steps, to) = match self {
            Self::Up(up) => (up.steps, up.to.as_deref()),
            Self::Down(Down { all: true, .. }) => (None, None),
            Self::Down(down) if down.to.is_none() => (down.steps.or(Some(1)), None),
            Self::Down(down) => (None, down.to.as_deref()),
            Self::Redo(redo) => (Some(redo.steps), None),
        };
        match (steps, to) {
            (_, Some(name)) => Goal::To(name),
            (Some(steps), None) => Goal::Steps(steps),
            (None, None) => Goal::All,
        }
    }
}

fn tell_end(report: &Report, pending: &[String], output: Output) {
    if report.steps.is_empty() {
        output.note("nothing to do");
    }
    output.note(match pending {
        [] => "the schema is up to date".to_owned(),
        pending => format!("{} pending", counted(pending.len(), "migration")),
    });
}

/// `--json` of what was done; its shape is an interface.
#[derive(Serialize)]
struct Done<'a> {
    steps: Vec<DoneStep<'a>>,
    pending: &'a [String],
}

#[derive(Serialize)]
struct DoneStep<'a> {
    migration: &'a str,
    direction: String,
    took_ms: u128,
}

fn json(report: &Report, pending: &[String]) -> Result<String, Failure> {
    let steps = report.steps.iter().map(|step| DoneStep {
        migration: &step.migration,
        direction: step.direction.to_string(),
        took_ms: step.took.as_millis(),
    });
    let done = Done {
        steps: steps.collect(),
        pending,
    };
    serde_json::to_string_pretty(&done).map_err(Failure::unavailable)
}

/// Tells a person what happens.
pub(super) fn show(event: Event<'_>, output: Output) {
    match event {
        Event::Waiting => {
            output.note("waiting for another process that has the database …");
        }
        Event::Started { .. } => {}
        Event::Retrying { migration, pause } => output.note(format!(
            "{migration} cannot get its locks; trying again in {:.1} s …",
            pause.as_secs_f64()
        )),
        Event::IndexDropped { migration, index } => output.note(format!(
            "dropped {index}, which an earlier attempt at {migration} had left unusable"
        )),
        Event::Recorded { migration } => {
            output.note(format!("recorded the SQL of {migration}, applied earlier"));
        }
        Event::Kept(Kept::Backup(backup)) => {
            output.note(format!("kept a backup: {}", backup.file.display()));
        }
        Event::Kept(Kept::ByServer) => {
            output.note("no backup is kept: PostgreSQL's are its server's business, see pg_dump");
        }
        Event::Finished(step) => {
            let direction = output.tinted(Tone::Good, &format!("{:<4}", step.direction));
            let took = step.took.as_millis();
            output.note(format!("{direction} {} ({took} ms)", step.migration));
        }
    }
}
