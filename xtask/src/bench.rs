//! `cargo xtask bench`: builds what is measured for release, and starts the bench.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, ensure};

use crate::cargo;

/// Builds, and hands `arguments` on to the bench.
///
/// # Errors
/// If something cannot be built or started.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let packages = ["-p", "bench", "-p", "groundwork-app", "-p", "migration"];
    let build = ["build", "--quiet", "--release"]
        .into_iter()
        .chain(packages);
    let built = cargo::cargo(build).status().context("cannot start cargo")?;
    ensure!(built.success(), "cargo build --release failed");
    let bench = cargo::target()?.join("release/bench");
    let ended = Command::new(&bench)
        .args(arguments)
        .status()
        .with_context(|| format!("cannot start {}", bench.display()))?;
    let code = ended.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
