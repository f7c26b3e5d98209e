//! The Python that the peers run in: a virtual environment of the bench's own.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::outcome::Outcome;

/// A virtual environment that holds the pinned packages.
pub(crate) struct Python {
    environment: PathBuf,
}

impl Python {
    /// Makes the environment in `folder`, unless it is there with these packages.
    ///
    /// # Errors
    /// With the command to run, if Python or its `venv` is missing; if a package cannot be had.
    pub(crate) fn prepare(folder: &Path) -> Result<Self> {
        let python = Self {
            environment: folder.join("venv"),
        };
        let requirements = python.peers().join("requirements.txt");
        let wanted = fs::read_to_string(&requirements)?;
        let stamp = python.environment.join("installed.txt");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(python);
        }
        python.make()?;
        run(Command::new(python.program("python"))
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-r",
            ])
            .arg(&requirements))?;
        fs::write(&stamp, wanted)?;
        Ok(python)
    }

    /// A program of the environment.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.environment.join("bin").join(name)
    }

    /// The folder of the programs that are compared with.
    pub(crate) fn peers(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
    }

    /// Runs a program of the peers for one request, and reads its answer.
    ///
    /// # Errors
    /// If it dies; its output has gone to stderr.
    pub(crate) fn answer(&self, program: &str, request: &serde_json::Value) -> Result<Outcome> {
        let mut child = Command::new(self.program("python"))
            .arg(self.peers().join(program))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start Python")?;
        let mut requests = child.stdin.take().context("Python has no input")?;
        writeln!(requests, "{request}")?;
        drop(requests);
        let ended = child.wait_with_output()?;
        ensure!(
            ended.status.success(),
            "{program} failed ({})",
            ended.status
        );
        Ok(serde_json::from_slice(&ended.stdout)?)
    }

    fn make(&self) -> Result<()> {
        if !has_venv()? {
            install_venv()?;
        }
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&self.environment))
    }
}

fn install_venv() -> Result<()> {
    let is_root = rustix::process::geteuid().is_root();
    if !(is_root && Path::new("/etc/debian_version").exists()) {
        bail!("Python has no `venv`: run `sudo apt-get install python3-venv`");
    }
    run(Command::new("apt-get").args(["install", "-y", "-qq", "python3-venv"]))?;
    ensure!(
        has_venv()?,
        "python3-venv is installed, and Python has no `venv` still"
    );
    Ok(())
}

fn has_venv() -> Result<bool> {
    let found = Command::new("python3")
        .args(["-c", "import venv, ensurepip"])
        .stderr(Stdio::null())
        .status();
    Ok(found
        .context("no python3: install Python 3.11 or newer")?
        .success())
}

/// Runs a program to its end; what it prints goes to stderr.
fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command
        .stdout(std::io::stderr())
        .status()
        .with_context(|| format!("cannot start {name}"))?;
    ensure!(status.success(), "{name} failed ({status})");
    Ok(())
}
