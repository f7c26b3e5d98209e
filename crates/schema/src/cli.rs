//! The command `migrate`, whole, for a `main.rs` of a few lines: it is given the migrations and a
//! way to open the database, and does the rest.
//!
//! ```no_run
//! use std::process::ExitCode;
//! use groundwork_schema::cli::{self, App, Failure, Target};
//! # use groundwork_schema::naming::Convention;
//! # const CONVENTION: Convention = Convention { primary_key: "", foreign_key: "", unique: "", check: "", index: "", not_null: "" };
//! # fn migrations() -> Vec<Box<dyn sea_orm_migration::MigrationTrait>> { Vec::new() }
//! # fn now() -> chrono::DateTime<chrono::Utc> { chrono::DateTime::UNIX_EPOCH }
//! # async fn connect(_: Target) -> Result<Option<sea_orm::DatabaseConnection>, Failure> { Ok(None) }
//!
//! #[tokio::main]
//! async fn main() -> ExitCode {
//!     let app = App {
//!         migrations: migrations(),
//!         convention: CONVENTION,
//!         sources: concat!(env!("CARGO_MANIFEST_DIR"), "/src").into(),
//!         now: now(),
//!     };
//!     cli::run(app, connect).await
//! }
//! ```
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 good, 1 a check found something,
//! 2 usage, 65 bad input, 69 unavailable, 75 try again, 78 configuration.

mod adopt;
mod args;
mod check;
mod diagram;
mod failure;
mod new;
mod output;
mod restore;
mod verify;

use std::{io, path::PathBuf, process::ExitCode};

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Parser;
use sea_orm::DatabaseConnection;
use sea_orm_migration::MigrationTrait;
use serde::Serialize;

use crate::{
    backup::{KEPT, Kept},
    naming::Convention,
    refresh::Entities,
    run::{self, Event, Goal, Report, RunError, Settings, State, Status},
};
pub use args::Flags;
use args::{Args, Command};
pub use failure::Failure;
pub use new::NewError;
use output::{Output, Tone};

/// What `migrate` is about.
pub struct App {
    /// Every migration, oldest first.
    pub migrations: Vec<Box<dyn MigrationTrait>>,
    /// How constraints are named.
    pub convention: Convention,
    /// The folder of the migrations' source code: new ones are written there, and registered in
    /// its `lib.rs`.
    pub sources: PathBuf,
    /// The time, for the names of new migrations.
    pub now: DateTime<Utc>,
}

/// Which database a command wants, and what for.
#[derive(Clone, Debug)]
pub struct Target {
    /// What the user said on the command line; it wins over every other configuration.
    pub flags: Flags,
    /// What the command will do with it.
    pub access: Access,
}

/// What a command will do with the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only look: nothing may be created. Where there is no database yet, there is no connection
    /// either.
    Look,
    /// Change it: what is missing, such as the file and the folder of SQLite, is created.
    Change,
    /// Replace it. The connection should open nothing before its first statement, which never
    /// comes: it only tells which file it is about.
    Replace,
}

/// Runs the command that the process was started with.
///
/// `connect` opens the database that its [`Target`] names, with one connection; it answers `None`
/// for [`Access::Look`] if there is no database yet.
pub async fn run<C>(app: App, connect: C) -> ExitCode
where
    C: AsyncFnOnce(Target) -> Result<Option<DatabaseConnection>, Failure>,
{
    let args = Args::parse();
    let output = Output::of_process();
    match dispatch(&app, args, connect, output).await {
        Ok(code) => code,
        Err(failure) => failure.report(output),
    }
}

async fn dispatch<C>(app: &App, args: Args, connect: C, output: Output) -> Result<ExitCode, Failure>
where
    C: AsyncFnOnce(Target) -> Result<Option<DatabaseConnection>, Failure>,
{
    let access = match &args.command {
        Command::New { name } => return new_migration(app, name, output),
        Command::Entities(command) => return entities(app, command).await,
        Command::Verify(command) => return command.run(app, output).await,
        Command::Diagram(command) if !command.live => return command.run(app, None, output).await,
        Command::Status { .. } | Command::Check(_) | Command::Diagram(_) => Access::Look,
        Command::Restore(_) => Access::Replace,
        Command::Up { .. } | Command::Down { .. } | Command::Redo { .. } | Command::Adopt(_) => {
            Access::Change
        }
    };
    let target = Target {
        flags: args.flags,
        access,
    };
    let connection = connect(target).await?;
    if let (Command::Restore(command), Some(connection)) = (&args.command, &connection) {
        return command.run(connection, output).await;
    }
    let outcome = match (&args.command, &connection) {
        (Command::Status { json }, connection) => {
            status(app, connection.as_ref(), *json, output).await
        }
        (_, None) => Err(Failure::unavailable(
            "there is no database yet; `migrate up` creates it",
        )),
        (Command::Adopt(command), Some(connection)) => command.run(app, connection, output).await,
        (Command::Check(command), Some(connection)) => command.run(app, connection, output).await,
        (Command::Diagram(command), Some(connection)) => {
            command.run(app, Some(connection), output).await
        }
        (command, Some(connection)) => change(app, command, connection, output).await,
    };
    if let Some(connection) = connection {
        // SQLite then moves its log into the file and removes it.
        let closed = connection.close().await.map_err(Failure::unavailable);
        return outcome.and_then(|code| closed.map(|()| code));
    }
    outcome
}

/// `up`, `down` and `redo`.
async fn change(
    app: &App,
    command: &Command,
    connection: &DatabaseConnection,
    output: Output,
) -> Result<ExitCode, Failure> {
    let progress = |event: Event<'_>| show(event, output);
    let settings = Settings {
        progress: &progress,
        backups: if keeps_no_backup(command) { 0 } else { KEPT },
        ..Settings::new(&app.convention)
    };
    let migrations = &app.migrations;
    let report = match command {
        Command::Up { steps, to, .. } => {
            run::up(
                connection,
                migrations,
                goal(*steps, to.as_deref()),
                &settings,
            )
            .await?
        }
        Command::Down { all: true, .. } => {
            run::down(connection, migrations, Goal::All, &settings).await?
        }
        Command::Down { steps, to, .. } => {
            let steps = if to.is_none() {
                steps.or(Some(1))
            } else {
                None
            };
            run::down(
                connection,
                migrations,
                goal(steps, to.as_deref()),
                &settings,
            )
            .await?
        }
        Command::Redo { steps, .. } => run::redo(connection, migrations, *steps, &settings).await?,
        Command::Status { .. }
        | Command::Adopt(_)
        | Command::Check(_)
        | Command::Diagram(_)
        | Command::Entities(_)
        | Command::Restore(_)
        | Command::Verify(_)
        | Command::New { .. } => Report::default(),
    };
    if report.steps.is_empty() {
        output.note("nothing to do");
    }
    let pending = run::pending(connection, migrations).await?;
    output.note(match pending.as_slice() {
        [] => "the schema is up to date".to_owned(),
        pending => format!("{} pending", counted(pending.len(), "migration")),
    });
    Ok(ExitCode::SUCCESS)
}

fn keeps_no_backup(command: &Command) -> bool {
    matches!(
        command,
        Command::Up {
            no_backup: true,
            ..
        } | Command::Down {
            no_backup: true,
            ..
        } | Command::Redo {
            no_backup: true,
            ..
        }
    )
}

fn goal(steps: Option<u32>, to: Option<&str>) -> Goal<'_> {
    match (steps, to) {
        (_, Some(name)) => Goal::To(name),
        (Some(steps), None) => Goal::Steps(steps),
        (None, None) => Goal::All,
    }
}

fn show(event: Event<'_>, output: Output) {
    match event {
        Event::Waiting => {
            output.note("waiting for another process that has the database …");
        }
        Event::Started { .. } => {}
        Event::Kept(Kept::Backup(backup)) => {
            output.note(format!("kept a backup: {}", backup.file.display()));
        }
        Event::Kept(Kept::ByServer) => {
            output.note("no backup is kept: PostgreSQL's are its server's business, see pg_dump")
        }
        Event::Finished(step) => {
            let direction = output.tinted(Tone::Good, &format!("{:<4}", step.direction));
            let took = step.took.as_millis();
            output.note(format!("{direction} {} ({took} ms)", step.migration));
        }
    }
}

/// `status`: shows everything, and fails where the database and the program do not fit.
async fn status(
    app: &App,
    connection: Option<&DatabaseConnection>,
    json: bool,
    output: Output,
) -> Result<ExitCode, Failure> {
    let list = match connection {
        Some(connection) => run::status(connection, &app.migrations).await?,
        None => (app.migrations.iter())
            .map(|migration| Status {
                migration: migration.name().to_owned(),
                state: State::Pending,
            })
            .collect(),
    };
    if json {
        output.data(&status_json(&list)?)?;
    } else {
        output.data(&status_table(&list))?;
        if connection.is_none() {
            output.note("there is no database yet; `migrate up` creates it");
        }
    }
    if let Some(connection) = connection {
        run::pending(connection, &app.migrations).await?;
    }
    Ok(ExitCode::SUCCESS)
}

fn status_table(list: &[Status]) -> String {
    let rows = list.iter().map(|status| {
        let (state, applied_at) = state_and_instant(status.state);
        [
            status.migration.clone(),
            state.to_owned(),
            applied_at.unwrap_or_default(),
        ]
    });
    output::table(&["migration", "state", "applied at"], rows)
}

/// A row of `status --json`; its shape is an interface.
#[derive(Serialize)]
struct StatusRow<'a> {
    migration: &'a str,
    state: &'static str,
    applied_at: Option<String>,
}

fn status_json(list: &[Status]) -> Result<String, Failure> {
    let rows: Vec<StatusRow<'_>> = list
        .iter()
        .map(|status| {
            let (state, applied_at) = state_and_instant(status.state);
            StatusRow {
                migration: &status.migration,
                state,
                applied_at,
            }
        })
        .collect();
    serde_json::to_string_pretty(&rows).map_err(Failure::unavailable)
}

fn state_and_instant(state: State) -> (&'static str, Option<String>) {
    let shown = |at: DateTime<Utc>| Some(at.to_rfc3339_opts(SecondsFormat::Secs, true));
    match state {
        State::Applied(at) => ("applied", shown(at)),
        State::Pending => ("pending", None),
        State::Unknown(at) => ("unknown", shown(at)),
    }
}

/// `entities`: on a scratch database of its own, so that none has to be configured.
async fn entities(app: &App, command: &Entities) -> Result<ExitCode, Failure> {
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let outcome = command
        .run(&app.migrations, &app.convention, &mut out, &mut err)
        .await
        .map_err(|error| Failure::new(error.exit_code(), error))?;
    Ok(ExitCode::from(outcome.exit_code()))
}

/// `new NAME`.
fn new_migration(app: &App, name: &str, output: Output) -> Result<ExitCode, Failure> {
    let known: Vec<&str> = app.migrations.iter().map(|m| m.name()).collect();
    let file = new::add(&app.sources, name, app.now, &known)?;
    output.data(&file.display().to_string())?;
    output.note("write its up and its down, then run `migrate up`");
    Ok(ExitCode::SUCCESS)
}

/// `1 migration`, `3 migrations`.
fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        Self::new(error.exit_code(), error)
    }
}
