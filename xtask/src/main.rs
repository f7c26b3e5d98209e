//! Tasks for developers: `cargo xtask --help` lists them.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command for people: what it does goes to the terminal"
)]

mod arrows;
mod bench;
mod builds;
mod cargo;
mod ci;
mod deny;
mod errors;
mod packages;
mod postgres;
mod seaorm;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tasks for developers of Groundwork.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run every test on SQLite and on PostgreSQL
    ///
    /// Starts a PostgreSQL server of its own in a temporary folder and removes it afterwards,
    /// however the run ends. With TEST_DATABASE_URL set it uses that server instead.
    #[command(after_help = test::EXAMPLES)]
    Test {
        /// Handed on to `cargo test`: a part of a test's name, `-p PACKAGE`, …
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Check what a change must fulfil: format, arrows, builds, error codes, packages,
    /// lints, docs, entities, hazards, dependencies, tests
    #[command(after_help = ci::EXAMPLES)]
    Ci,
    /// Run SeaORM's own tests over `groundwork_core::db`, on both engines
    ///
    /// The tests are those of the package that cargo has unpacked. They are compiled in a temporary
    /// crate; what was built is kept in `target/seaorm` for the next time.
    #[command(after_help = seaorm::EXAMPLES)]
    Seaorm {
        /// Handed on to `cargo test`: `--test FILE`, a part of a test's name, …
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Write docs/errors.md: every code of an error with its meaning and its remedy
    Errors,
    /// Measure Groundwork beside its peers; `cargo xtask bench --help` tells more
    #[command(disable_help_flag = true)]
    Bench {
        /// Handed on to the bench
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Test { arguments } => test::run(&arguments),
        Task::Ci => ci::run(),
        Task::Seaorm { arguments } => seaorm::run(&arguments),
        Task::Errors => ci::write_errors(),
        Task::Bench { arguments } => bench::run(&arguments),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
