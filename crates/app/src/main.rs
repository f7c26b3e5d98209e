//! The program `groundwork`: it composes the routes and the commands, and decides nothing itself.

mod cli;
mod commands;
mod failure;
mod foundation;
mod interruption;
mod output;
mod routes;
mod serve;
mod settings;

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use clap::Parser;
use tokio::runtime::{Builder, Runtime};

use crate::{
    cli::{Cli, Command, Serve},
    output::Output,
};

/// How long work on the disk that nobody waits for any more may keep the process.
const LINGER: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::of_process(std::env::var_os("NO_COLOR").as_deref());
    match run(output, cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(output, &error),
    }
}

fn run(output: Output, cli: Cli) -> Result<()> {
    let Cli { settings, command } = cli;
    match command.unwrap_or_else(|| Command::Serve(Serve::default())) {
        Command::Serve(serve) => {
            let loaded = settings.load_to_serve(&serve)?;
            block_on(serve::run(output, loaded))
        }
        Command::Studio(command) => {
            let loaded = settings.load()?;
            block_on(commands::studio::run(output, &loaded.config, &command))
        }
        Command::Signals(command) => {
            let loaded = settings.load()?;
            block_on(commands::signals::run(output, &loaded.config, &command))
        }
        Command::Atlas(command) => {
            let loaded = settings.load()?;
            block_on(commands::atlas::run(output, &loaded.config, &command))
        }
        Command::Config(config) => commands::config::run(output, &settings, config),
        Command::Doctor(format) => block_on(commands::doctor::run(output, &settings, format)),
        Command::Completions { shell } => Ok(commands::completions::run(output, shell)?),
    }
}

fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime: Runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(LINGER);
    done
}
