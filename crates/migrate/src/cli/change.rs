//! `migrate up`, `migrate down` and `migrate redo`.

use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use groundwork_cli::{CliError, Format, Output, Result, Stream, Style, text::counted};
use sea_orm::DatabaseConnection;
use sea_orm_migration::MigrationTrait;
use serde::Serialize;

use super::{
    app::App,
    context::{Context, close},
    plan,
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
    options: ChangeOptions,
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
    options: ChangeOptions,
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
    options: ChangeOptions,
}

/// How a change is made.
#[derive(Clone, Debug, clap::Args)]
struct ChangeOptions {
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

/// Which way, how far, and how.
pub(super) struct Change<'a> {
    way: Way,
    goal: Goal<'a>,
    order: Order,
    options: &'a ChangeOptions,
}

#[derive(Clone, Copy)]
enum Way {
    Up,
    Down,
    /// Down and up again, by so many.
    Redo(u32),
}

fn at_least_one() -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(1..=u64::from(u32::MAX))
}

impl Up {
    pub(super) fn change(&self) -> Change<'_> {
        Change {
            way: Way::Up,
            goal: goal(self.to.as_deref(), self.steps),
            order: match self.out_of_order {
                true => Order::Any,
                false => Order::Strict,
            },
            options: &self.options,
        }
    }
}

impl Down {
    pub(super) fn change(&self) -> Change<'_> {
        let steps = match (self.all, &self.to) {
            (true, _) | (_, Some(_)) => None,
            _ => self.steps.or(Some(1)),
        };
        Change {
            way: Way::Down,
            goal: goal(self.to.as_deref(), steps),
            // What was applied out of order may be taken back.
            order: Order::Any,
            options: &self.options,
        }
    }
}

impl Redo {
    pub(super) fn change(&self) -> Change<'_> {
        Change {
            way: Way::Redo(self.steps),
            goal: Goal::Steps(self.steps),
            // What was applied out of order may be taken back and applied again.
            order: Order::Any,
            options: &self.options,
        }
    }
}

fn goal(to: Option<&str>, steps: Option<u32>) -> Goal<'_> {
    match (to, steps) {
        (Some(name), _) => Goal::To(name),
        (None, Some(steps)) => Goal::Steps(steps),
        (None, None) => Goal::All,
    }
}

impl Change<'_> {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        let (app, output) = (context.app, context.output);
        let progress = |event: Event<'_>| show(event, output);
        let settings = self.options.settings(app, self.order, &progress);
        if self.options.dry_run {
            return self.show(context, &settings).await;
        }
        let wait = Duration::from_secs(self.options.wait);
        let connection = context.connect_within(wait).await?;
        let (database, migrations) = (&connection, &app.migrations);
        let done = async {
            let report = match self.way {
                Way::Up => run::up(database, migrations, self.goal, &settings).await?,
                Way::Down => run::down(database, migrations, self.goal, &settings).await?,
                Way::Redo(steps) => run::redo(database, migrations, steps, &settings).await?,
            };
            let pending = run::pending(database, migrations).await?;
            let json = self.options.json;
            output.data(Format { json }, &Done::of(&report, &pending), |_| {
                String::new()
            })?;
            note_end(&report, &pending, output);
            Ok(())
        };
        let done = done.await;
        close(connection, done).await
    }

    /// Shows what would be run; where there is no database yet, as on an empty one.
    async fn show(&self, context: &Context<'_>, settings: &Settings<'_>) -> Result {
        let app = context.app;
        let (steps, engine) = match context.connect_if_any().await? {
            Some(connection) => {
                let previewed = self.preview(&connection, &app.migrations, settings).await;
                let engine = run::engine_of(&connection)?;
                (
                    close(connection, previewed.map_err(CliError::from)).await?,
                    engine,
                )
            }
            // Only SQLite has databases that do not exist.
            None => (self.preview_new(&app.migrations).await?, Engine::Sqlite),
        };
        let format = match self.options.json {
            true => plan::PlanFormat::Json,
            false => plan::PlanFormat::Text,
        };
        plan::print(&steps, app, engine, format, settings, context.output)?;
        context.output.note("nothing was changed");
        Ok(())
    }

    async fn preview_new(
        &self,
        migrations: &[Box<dyn MigrationTrait>],
    ) -> Result<Vec<Planned>, RunError> {
        match self.way {
            Way::Up => run::preview_new(migrations, self.goal, Engine::Sqlite).await,
            Way::Down | Way::Redo(_) => Ok(Vec::new()),
        }
    }

    async fn preview(
        &self,
        connection: &DatabaseConnection,
        migrations: &[Box<dyn MigrationTrait>],
        settings: &Settings<'_>,
    ) -> Result<Vec<Planned>, RunError> {
        let direction = match self.way {
            Way::Up => Direction::Up,
            Way::Down => Direction::Down,
            Way::Redo(steps) => {
                return run::preview_redo(connection, migrations, steps, settings).await;
            }
        };
        run::preview(connection, migrations, direction, self.goal, settings).await
    }
}

impl ChangeOptions {
    fn settings<'a>(
        &self,
        app: &'a App,
        order: Order,
        progress: &'a (dyn Fn(Event<'_>) + Send + Sync),
    ) -> Settings<'a> {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        Settings {
            progress,
            acquire_timeout: Duration::from_secs(self.wait),
            lock_timeout: seconds(self.lock_timeout),
            statement_timeout: self.statement_timeout.map(seconds),
            order,
            backups: if self.no_backup { 0 } else { KEPT },
            ..app.run_settings()
        }
    }
}

fn note_end(report: &Report, pending: &[String], output: Output) {
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

impl<'a> Done<'a> {
    fn of(report: &'a Report, pending: &'a [String]) -> Self {
        let steps = report.steps.iter().map(|step| DoneStep {
            migration: &step.migration,
            direction: step.direction.to_string(),
            took_ms: step.took.as_millis(),
        });
        Self {
            steps: steps.collect(),
            pending,
        }
    }
}

/// Shows people what happens.
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
            let direction = output.styled(
                Stream::Stderr,
                Style::Good,
                &format!("{:<4}", step.direction),
            );
            let took = step.took.as_millis();
            output.note(format!("{direction} {} ({took} ms)", step.migration));
        }
    }
}
