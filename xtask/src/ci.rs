//! `cargo xtask ci`: what a change must fulfil before it is merged.

use std::{
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::{
    arrows, builds,
    cargo::{Runner, cargo, programs, workspace},
    deny, errors, packages, test,
};

pub(crate) const EXAMPLES: &str = "\
Runs all of these and reports at the end which failed:
  cargo fmt --all --check
  the arrows between crates, and between modules of core (ARCHITECTURE.md)
  migrate builds without entity, and what both programs use is built once
  docs/errors.md explains every code of an error
  cargo package --no-verify, for every crate that is published
  cargo clippy --workspace --all-targets --all-features -- -D warnings
  cargo doc --workspace --no-deps --document-private-items, warnings are errors
  cargo migrate entities --check (the program of the same build)
  cargo migrate lint --deny warnings (likewise)
  cargo deny check bans licenses sources (cargo-deny is installed under target/ if it is missing)
  cargo xtask test";

/// One thing to check: its name and how it is checked.
type Step = (&'static str, fn(&Runner) -> Result<bool>);

const STEPS: [Step; 11] = [
    ("format", format),
    ("arrows", arrows),
    ("builds", builds),
    ("error codes", error_codes),
    ("packages", packages),
    ("lints", lints),
    ("documentation", documentation),
    ("entities", entities),
    ("hazards", hazards),
    ("dependencies", deny::check),
    ("tests", tests),
];

/// Runs every step, also after one that failed.
pub(crate) fn run() -> Result<ExitCode> {
    let runner = Runner::new()?;
    let mut results: Vec<(&str, bool, Duration)> = Vec::new();
    for (name, check) in STEPS {
        println!("== {name}");
        let start = Instant::now();
        let good = check(&runner)?;
        results.push((name, good, start.elapsed()));
    }
    println!("\nxtask ci:");
    for (name, good, took) in &results {
        let verdict = if *good { "passed" } else { "FAILED" };
        println!("  {name:<14} {verdict} in {} s", took.as_secs());
    }
    Ok(if results.iter().all(|(_, good, _)| *good) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn format(runner: &Runner) -> Result<bool> {
    succeeds(runner, &mut cargo(["fmt", "--all", "--check"]))
}

fn arrows(_: &Runner) -> Result<bool> {
    Ok(report(&arrows::violations()?))
}

fn builds(_: &Runner) -> Result<bool> {
    Ok(report(&builds::violations()?))
}

fn error_codes(_: &Runner) -> Result<bool> {
    Ok(report(&errors::violations()?))
}

fn packages(runner: &Runner) -> Result<bool> {
    Ok(report(&packages::violations(runner)?))
}

/// `cargo xtask errors`.
pub(crate) fn write_errors() -> Result<ExitCode> {
    Ok(match report(&errors::write()?) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn lints(runner: &Runner) -> Result<bool> {
    let targets = ["clippy", "--workspace", "--all-targets", "--all-features"];
    let mut command = cargo(targets);
    succeeds(runner, command.args(["--", "-D", "warnings"]))
}

fn documentation(runner: &Runner) -> Result<bool> {
    let mut command = cargo([
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ]);
    succeeds(runner, command.env("RUSTDOCFLAGS", "-D warnings"))
}

fn entities(runner: &Runner) -> Result<bool> {
    migrate(runner, &["entities", "--check"])
}

/// What migrations lock, lose or break; for both engines, without a database.
fn hazards(runner: &Runner) -> Result<bool> {
    migrate(runner, &["lint", "--deny", "warnings"])
}

/// The program of this build rather than `cargo migrate`, which would build its dependencies anew
/// with fewer features.
fn migrate(runner: &Runner, arguments: &[&str]) -> Result<bool> {
    if !test::build(runner)? {
        return Ok(false);
    }
    let mut migrate = Command::new(programs()?.join("migrate"));
    succeeds(runner, migrate.args(arguments).current_dir(workspace()))
}

/// Prints what was found; nothing is good.
fn report<'a>(found: impl IntoIterator<Item = &'a String>) -> bool {
    let mut good = true;
    for violation in found {
        println!("error: {violation}");
        good = false;
    }
    good
}

fn tests(runner: &Runner) -> Result<bool> {
    Ok(test::run_with(runner, &[])? == ExitCode::SUCCESS)
}

fn succeeds(runner: &Runner, command: &mut Command) -> Result<bool> {
    Ok(runner.run(command)?.success())
}
