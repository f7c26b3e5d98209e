//! From the command line of the process to the command.

use std::{process::ExitCode, time::Duration};

use clap::FromArgMatches as _;
use groundwork_core::config::Loaded;
use tokio::runtime::{Builder, Runtime};

use crate::{
    args::{Arguments, Commands, ServeFlags, command},
    completions, config, doctor,
    error::{CliError, Result},
    health,
    output::Output,
    program::{Context, Program},
    settings::{self, DefaultLevel, SettingsFlags},
};

/// How long work on the disk that nobody waits for any more may keep the process.
const LINGER: Duration = Duration::from_secs(5);

/// Runs the command that the process was started with.
pub fn main<P: Program>(program: &P) -> ExitCode {
    let matches = command::<P>().get_matches();
    let arguments =
        Arguments::from_arg_matches(&matches).unwrap_or_else(|error: clap::Error| error.exit());
    let output = Output::of_process();
    match dispatch(program, output, arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(output),
    }
}

fn dispatch<P: Program>(program: &P, output: Output, arguments: Arguments<P::Command>) -> Result {
    let Arguments { settings, command } = arguments;
    match command.unwrap_or_else(|| Commands::Serve(ServeFlags::default())) {
        Commands::Serve(flags) => {
            let loaded = load_to_serve(program, &settings, &flags)?;
            block_on(program.serve(Context { output, loaded }))
        }
        Commands::Own(command) => {
            let loaded = settings.load(program.namespace())?;
            block_on(program.run(Context { output, loaded }, command))
        }
        Commands::Config(flags) => config::run(program, output, &settings, flags),
        Commands::Doctor(format) => block_on(doctor::run(program, output, &settings, format)),
        Commands::Health(flags) => block_on(health::run(program, output, &settings, flags)),
        Commands::Completions { shell } => {
            completions::run(output, shell, self::command::<P>(), P::NAME)
        }
    }
}

/// The configuration of the server; its log is set up.
fn load_to_serve<P: Program>(
    program: &P,
    settings: &SettingsFlags,
    serve: &ServeFlags,
) -> Result<Loaded<P::Settings>> {
    let mut sources = settings.sources(program.namespace())?;
    if let Some(bind) = serve.bind {
        sources = sources.with_flag("--bind", "http.bind", bind.to_string());
    }
    settings::load(&sources, DefaultLevel::AsConfigured)
}

fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime: Runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::internal(error).context("cannot start the runtime"))?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(LINGER);
    done
}
