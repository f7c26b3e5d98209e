//! `cargo xtask bench`: builds what is measured as it is shipped, and starts the bench beside a
//! PostgreSQL of the tests.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, ensure};

use crate::{
    cargo::{self, Runner},
    postgres::{Server, VARIABLE},
};

/// Builds, and hands `arguments` on to the bench.
///
/// # Errors
/// If something cannot be built or started.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    // Each by itself, as its users build it: together they would share the features of all.
    for package in ["groundwork-app", "migration", "bench"] {
        let build = ["build", "--profile", "dist", "-p", package];
        let built = cargo::cargo(build).status().context("cannot start cargo")?;
        ensure!(
            built.success(),
            "cargo build --profile dist -p {package} failed"
        );
    }
    let bench = cargo::target()?.join("dist/bench");
    let server = Server::of_environment_or_own(&Runner::new()?)?;
    let ended = Command::new(&bench)
        .args(arguments)
        .env(VARIABLE, server.url())
        .status()
        .with_context(|| format!("cannot start {}", bench.display()))?;
    let code = ended.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
