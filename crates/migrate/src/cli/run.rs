//! From the command line to the command.

use std::{process::ExitCode, sync::OnceLock};

use clap::Parser;
use groundwork_cli::{CliError, Output};
use tokio::runtime::Builder;

use super::{app::App, args::Args, context::Context};

/// Runs the command that the process was started with.
pub fn run(app: &App) -> ExitCode {
    let Args { flags, command } = Args::parse();
    let output = Output::of_process();
    let context = Context {
        app,
        flags: &flags,
        output,
        settings: OnceLock::new(),
    };
    let done = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(command.run(&context)),
        Err(error) => Err(CliError::internal(error).context("cannot start the runtime")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(output),
    }
}
