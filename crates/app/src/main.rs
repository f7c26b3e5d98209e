//! The program `groundwork`: it composes the routes and the commands, and decides nothing itself.

mod checks;
mod commands;
mod routes;
mod serve;
mod state;

use groundwork_cli::{Program, Result, doctor::Report};
use groundwork_naming::Convention;
use state::{Context, Settings, Subject};

struct Groundwork;

impl Program for Groundwork {
    type Command = commands::Command;
    type Settings = Settings;
    const NAME: &'static str = "groundwork";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const ABOUT: &'static str =
        "The backend of a media studio: one program, on SQLite or PostgreSQL";
    const EXAMPLES: &'static str = commands::EXAMPLES;
    const CONVENTION: Convention = migration::CONVENTION;

    async fn serve(&self, context: Context) -> Result {
        serve::run(context).await
    }

    async fn run(&self, context: Context, command: commands::Command) -> Result {
        commands::run(context, command).await
    }

    async fn check(&self, subject: Subject<'_>, report: &mut Report) {
        checks::run(subject, report).await;
    }
}

fn main() -> std::process::ExitCode {
    groundwork_cli::main(&Groundwork)
}
