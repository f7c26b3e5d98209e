//! The PostgreSQL server of the tests: the one that the environment names, or a new one.

use std::{path::Path, process::Command};

use anyhow::{Result, bail, ensure};
pub(crate) use groundwork_test::postgres::VARIABLE;
use groundwork_test::postgres::{PostgresServer, installed, named_server, pgbouncer_installed};

use crate::cargo::Runner;

/// The server that the tests use.
pub(crate) enum Server {
    /// The one that the environment names; it is left as it is.
    Given { url: String },
    /// One of our own, stopped and removed when this value is dropped.
    Own(PostgresServer),
}

impl Server {
    /// The server that `TEST_DATABASE_URL` names, or else a new one.
    ///
    /// # Errors
    /// If PostgreSQL or PgBouncer is not installed and cannot be, with the one command that installs it; or if
    /// the server does not start, with its log.
    pub(crate) fn of_environment_or_own(runner: &Runner) -> Result<Self> {
        if pgbouncer_installed().is_none() {
            install(runner, "PgBouncer", "pgbouncer")?;
        }
        if let Some(url) = named_server() {
            return Ok(Self::Given { url });
        }
        if installed().is_none() {
            install(runner, "PostgreSQL", "postgresql")?;
        }
        Ok(Self::Own(PostgresServer::start_shared()?))
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Given { url } => url.clone(),
            Self::Own(own) => own.url(),
        }
    }

    /// For the closing sentence, without the address: that may hold a password.
    pub(crate) fn described(&self) -> Result<String> {
        Ok(match self {
            Self::Given { .. } => format!("the PostgreSQL of {VARIABLE}"),
            Self::Own(own) => own.version()?,
        })
    }
}

/// Installs a program where that is ours to do.
fn install(runner: &Runner, name: &str, package: &str) -> Result<()> {
    let debian = Path::new("/etc/debian_version").exists();
    let root = rustix::process::getuid().is_root();
    match (debian, root) {
        (true, true) => {
            eprintln!("{name} is missing; installing the package `{package}`");
            for arguments in [["update", "-q"].as_slice(), &["install", "-qy", package]] {
                let mut command = Command::new("apt-get");
                command
                    .args(arguments)
                    .env("DEBIAN_FRONTEND", "noninteractive");
                ensure!(runner.run(&mut command)?.success(), "apt-get failed");
            }
            Ok(())
        }
        (true, false) => bail!("{name} is missing; run: sudo apt-get install -y {package}"),
        _ if cfg!(target_os = "macos") => {
            bail!("{name} is missing; run: brew install {package}")
        }
        _ => bail!(
            "{name} is missing: put its programs on the PATH, or name PgBouncer with \
             PGBOUNCER=/path/to/pgbouncer and a server of PostgreSQL with \
             TEST_DATABASE_URL=postgres://…"
        ),
    }
}
