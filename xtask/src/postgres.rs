//! The PostgreSQL server of the tests: the one that the environment names, or a new one.

use std::{path::Path, process::Command};

use anyhow::{Result, bail, ensure};
pub(crate) use groundwork_test::postgres::VARIABLE;
use groundwork_test::postgres::{PostgresServer, installed, named_server};

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
    /// If PostgreSQL is not installed and cannot be, with the one command that installs it; or if
    /// the server does not start, with its log.
    pub(crate) fn of_environment_or_own(runner: &Runner) -> Result<Self> {
        if let Some(url) = named_server() {
            return Ok(Self::Given { url });
        }
        if installed().is_none() {
            install(runner)?;
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

/// Installs PostgreSQL where that is ours to do.
fn install(runner: &Runner) -> Result<()> {
    let debian = Path::new("/etc/debian_version").exists();
    let root = rustix::process::getuid().is_root();
    match (debian, root) {
        (true, true) => {
            eprintln!("PostgreSQL is missing; installing the package `postgresql`");
            for arguments in [
                ["update", "-q"].as_slice(),
                &["install", "-qy", "postgresql"],
            ] {
                let mut command = Command::new("apt-get");
                command
                    .args(arguments)
                    .env("DEBIAN_FRONTEND", "noninteractive");
                ensure!(runner.run(&mut command)?.success(), "apt-get failed");
            }
            Ok(())
        }
        (true, false) => bail!("PostgreSQL is missing; run: sudo apt-get install -y postgresql"),
        _ if cfg!(target_os = "macos") => {
            bail!("PostgreSQL is missing; run: brew install postgresql")
        }
        _ => bail!(
            "PostgreSQL is missing: put the folder of initdb and postgres on the PATH, \
             or run: TEST_DATABASE_URL=postgres://… cargo xtask test"
        ),
    }
}
