//! PostgreSQL's programs: where they are, and which user runs them.

use std::{
    fs, io,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The programs that a server of a test is made and run with.
const NEEDED: [&str; 4] = ["initdb", "pg_ctl", "postgres", "pg_basebackup"];

/// The folder of `initdb` and `postgres`: on the `PATH`, or else the newest of Debian's.
#[must_use]
pub fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(debian_folders())
        .find(|folder| NEEDED.iter().all(|name| folder.join(name).is_file()))
}

/// `/usr/lib/postgresql/*/bin`, the newest version first.
fn debian_folders() -> Vec<PathBuf> {
    let entries = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

/// PgBouncer: the program that the variable `PGBOUNCER` names, on the `PATH`, or in Debian's place.
#[must_use]
pub fn pgbouncer_installed() -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the harness is the home of this variable"
    )]
    let named = std::env::var("PGBOUNCER").ok();
    if let Some(named) = named.filter(|path| !path.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join("pgbouncer"))
        .find(|program| program.is_file())
}

/// How the programs are run.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    folder: PathBuf,
    /// User and group, if they are not this process's.
    owner: Option<(u32, u32)>,
}

impl Programs {
    pub(super) fn find() -> io::Result<Self> {
        let missing = "a PostgreSQL server is needed and its programs are missing: install the \
                       package `postgresql`, or name a server with TEST_DATABASE_URL=postgres://…";
        Ok(Self {
            folder: installed().ok_or_else(|| io::Error::other(missing))?,
            owner: owner()?,
        })
    }

    /// User and group of the server, if they are not this process's.
    pub(super) fn owner(&self) -> Option<(u32, u32)> {
        self.owner
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A command that runs as the server's owner.
    pub(super) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir("/");
        if let Some((user, group)) = self.owner {
            // The order does not matter: the standard library sets the group first.
            command.uid(user).gid(group);
        }
        command
    }

    /// Such as `PostgreSQL 15.14`.
    pub(super) fn version(&self) -> io::Result<String> {
        let output = Command::new(self.path("postgres"))
            .arg("--version")
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        // "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"
        let number = text.split_whitespace().nth(2).unwrap_or("(unknown)");
        Ok(format!("PostgreSQL {number}"))
    }
}

/// PostgreSQL refuses to run as root. Then an account without rights runs it.
fn owner() -> io::Result<Option<(u32, u32)>> {
    if !rustix::process::getuid().is_root() {
        return Ok(None);
    }
    for name in ["postgres", "nobody"] {
        if let (Some(user), Some(group)) = (id("-u", name)?, id("-g", name)?) {
            return Ok(Some((user, group)));
        }
    }
    Err(io::Error::other(
        "PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`",
    ))
}

/// The user's (`-u`) or group's (`-g`) number; `None` where there is no such user.
fn id(which: &str, name: &str) -> io::Result<Option<u32>> {
    let output = Command::new("id")
        .args([which, name])
        .stderr(Stdio::null())
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok())
}
