//! The command `migrate`, whole, for a `main.rs` of a few lines: it is given the migrations and a
//! way to open the database, and does the rest.
//!
//! ```no_run
//! use std::process::ExitCode;
//! use groundwork_migrate::cli::{self, App, Failure, Target};
//! # use groundwork_naming::Convention;
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
//!         program: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).into(),
//!     };
//!     cli::run(app, connect).await
//! }
//! ```
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 good, 1 a check found something,
//! 2 usage, 65 bad input, 69 unavailable, 75 try again, 78 configuration.

mod adopt;
mod args;
mod change;
mod check;
mod diagram;
mod failure;
mod lint;
mod new;
mod output;
mod plan;
mod repair;
mod restore;
mod status;
mod verify;

use std::{io, path::PathBuf, process::ExitCode};

use chrono::{DateTime, Utc};
use clap::Parser;
use sea_orm::DatabaseConnection;
use sea_orm_migration::MigrationTrait;

use crate::entities::Entities;
pub use args::Flags;
use args::{Args, Command};
use change::Change;
pub use failure::Failure;
use groundwork_naming::Convention;
use groundwork_schema::run::RunError;
pub use new::NewError;
use output::Output;

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
    /// Name and version of the program, such as `studio 1.2.0`, for the history.
    pub program: String,
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
        Command::New(command) => return command.run(app, output),
        Command::Entities(command) => return entities(app, command).await,
        Command::Verify(command) => return command.run(app, output).await,
        Command::Diagram(command) if !command.live => return command.run(app, None, output).await,
        Command::Plan(command) => return command.run(app, output).await,
        Command::Lint(command) if !command.live => return command.run(app, None, output).await,
        Command::Status(_) | Command::Check(_) | Command::Diagram(_) | Command::Lint(_) => {
            Access::Look
        }
        Command::Repair(command) => command.access(),
        Command::Restore(_) => Access::Replace,
        Command::Up(up) => Change::Up(up).access(),
        Command::Down(down) => Change::Down(down).access(),
        Command::Redo(redo) => Change::Redo(redo).access(),
        Command::Adopt(_) => Access::Change,
    };
    let target = Target {
        flags: args.flags,
        access,
    };
    let connection = connect(target).await?;
    if let (Command::Restore(command), Some(connection)) = (&args.command, &connection) {
        return command.run(connection, output).await;
    }
    let outcome = on_database(app, &args.command, connection.as_ref(), output).await;
    if let Some(connection) = connection {
        // SQLite then moves its log into the file and removes it.
        let closed = connection.close().await.map_err(Failure::unavailable);
        return outcome.and_then(|code| closed.map(|()| code));
    }
    outcome
}

/// The commands that are about the configured database.
async fn on_database(
    app: &App,
    command: &Command,
    connection: Option<&DatabaseConnection>,
    output: Output,
) -> Result<ExitCode, Failure> {
    let existing = || connection.ok_or_else(Failure::no_database);
    match command {
        Command::Status(status) => status.run(app, connection, output).await,
        Command::Up(up) => Change::Up(up).run(app, connection, output).await,
        Command::Down(down) => Change::Down(down).run(app, connection, output).await,
        Command::Redo(redo) => Change::Redo(redo).run(app, connection, output).await,
        Command::Repair(repair) => repair.run(app, existing()?, output).await,
        Command::Adopt(adopt) => adopt.run(app, existing()?, output).await,
        Command::Check(check) => check.run(app, existing()?, output).await,
        Command::Lint(lint) => lint.run(app, Some(existing()?), output).await,
        Command::Diagram(diagram) => diagram.run(app, Some(existing()?), output).await,
        Command::Restore(restore) => restore.run(existing()?, output).await,
        Command::New(_) | Command::Plan(_) | Command::Entities(_) | Command::Verify(_) => {
            Ok(ExitCode::SUCCESS)
        }
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
