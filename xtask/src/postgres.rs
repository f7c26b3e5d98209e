//! A PostgreSQL server of the tests' own: in a temporary folder, never as root, gone afterwards.
//!
//! A small shell guards the server. Its standard input is a pipe that this process holds open and
//! never writes to; when the pipe closes, the shell stops the server and removes the folder. The
//! pipe closes however this process ends: in success, failure, panic, by Ctrl-C and by `kill -9`.

use std::{
    fs,
    io::Read as _,
    net::{Ipv4Addr, TcpListener},
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::cargo::Runner;

/// The variable that tells the tests where the server is.
pub(crate) const VARIABLE: &str = "TEST_DATABASE_URL";

/// How long a server may take to accept connections.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Settings for data that nobody will miss: durability off, room for many small pools.
const SETTINGS: [&str; 9] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=300",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "lc_messages=C",
];

/// The guard's script: `$1` is the folder, the rest the server's command line.
const GUARD: &str = r#"
folder=$1; shift
"$@" >"$folder/log" 2>&1 </dev/null &
server=$!
trap '' INT TERM HUP
cat >/dev/null
kill -INT "$server" 2>/dev/null
wait "$server"
cd / && rm -rf "$folder"
"#;

/// The server that the tests use.
pub(crate) enum Server {
    /// The one that the environment names; it is left as it is.
    Given { url: String },
    /// One of our own, stopped and removed when this value is dropped.
    Own(OwnServer),
}

pub(crate) struct OwnServer {
    url: String,
    version: String,
    guard: Child,
}

impl Server {
    /// The server that `TEST_DATABASE_URL` names, or else a new one.
    ///
    /// # Errors
    /// If PostgreSQL is not installed and cannot be, with the one command that installs it; or if
    /// the server does not start, with what it said.
    pub(crate) fn of_environment_or_own(runner: &Runner) -> Result<Self> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the task is the home of this variable"
        )]
        match std::env::var(VARIABLE) {
            Ok(url) if !url.is_empty() => Ok(Self::Given { url }),
            _ => Ok(Self::Own(OwnServer::start(&programs(runner)?)?)),
        }
    }

    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Given { url } | Self::Own(OwnServer { url, .. }) => url,
        }
    }

    /// For the closing sentence, without the address: that may hold a password.
    pub(crate) fn described(&self) -> String {
        match self {
            Self::Given { .. } => format!("the PostgreSQL of {VARIABLE}"),
            Self::Own(own) => own.version.clone(),
        }
    }
}

impl OwnServer {
    fn start(programs: &Path) -> Result<Self> {
        let owner = Owner::of_server()?;
        let folder = tempfile::Builder::new()
            .prefix("groundwork-postgres-")
            .tempdir()?;
        chown(folder.path(), owner.user, owner.group)?;
        let password = random_password()?;
        initialise(programs, folder.path(), &owner, &password)?;
        let port = free_port()?;
        let guard = owner
            .command("sh")
            .args(["-c", GUARD, "guard"])
            .arg(folder.path())
            .arg(programs.join("postgres"))
            .arg("-D")
            .arg(folder.path().join("data"))
            .args(["-p", &port.to_string()])
            .args(SETTINGS.iter().flat_map(|setting| ["-c", setting]))
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .spawn()
            .context("cannot start the guard of PostgreSQL")?;
        // From here on the guard removes the folder.
        let folder = folder.keep();
        let server = Self {
            url: format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres"),
            version: version(programs)?,
            guard,
        };
        wait_until_ready(&folder)?;
        Ok(server)
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.guard.wait() {
            eprintln!("warning: the PostgreSQL of the tests may still run: {error}");
        }
    }
}

/// Who the server runs as: ourselves, or, because PostgreSQL refuses root, somebody harmless.
struct Owner {
    user: Option<u32>,
    group: Option<u32>,
}

impl Owner {
    fn of_server() -> Result<Self> {
        if !rustix::process::getuid().is_root() {
            return Ok(Self {
                user: None,
                group: None,
            });
        }
        for name in ["postgres", "nobody"] {
            if let (Some(user), Some(group)) = (id("-u", name)?, id("-g", name)?) {
                return Ok(Self {
                    user: Some(user),
                    group: Some(group),
                });
            }
        }
        bail!("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`");
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        // The order does not matter: the standard library sets the group first.
        if let (Some(user), Some(group)) = (self.user, self.group) {
            command.uid(user).gid(group);
        }
        command
    }
}

/// The user's (`-u`) or group's (`-g`) number; `None` where there is no such user.
fn id(which: &str, name: &str) -> Result<Option<u32>> {
    let output = Command::new("id")
        .args([which, name])
        .stderr(Stdio::null())
        .output()
        .context("cannot run `id`")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok())
}

/// The folder of `initdb` and `postgres`; installs them where that is ours to do.
fn programs(runner: &Runner) -> Result<PathBuf> {
    if let Some(found) = installed() {
        return Ok(found);
    }
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
            installed().context("the package `postgresql` brought no initdb")
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

fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).collect::<Vec<_>>();
    on_path.into_iter().chain(debian_folders()).find(|folder| {
        ["initdb", "postgres"]
            .iter()
            .all(|it| folder.join(it).is_file())
    })
}

/// `/usr/lib/postgresql/*/bin`, the newest version first.
fn debian_folders() -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

fn initialise(programs: &Path, folder: &Path, owner: &Owner, password: &str) -> Result<()> {
    let secret = folder.join("password");
    fs::write(&secret, password)?;
    chown(&secret, owner.user, owner.group)?;
    let output = owner
        .command(programs.join("initdb"))
        .args(["--username=postgres", "--auth=password", "--encoding=UTF8"])
        .args(["--locale=C", "--no-sync", "--no-instructions"])
        .arg(format!("--pwfile={}", secret.display()))
        .arg("-D")
        .arg(folder.join("data"))
        .current_dir("/")
        .output()
        .context("cannot run initdb")?;
    ensure!(
        output.status.success(),
        "initdb failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}

/// Waits for the status that the server writes as the last line of its pid file.
fn wait_until_ready(folder: &Path) -> Result<()> {
    let start = Instant::now();
    loop {
        let status = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
        if status.lines().nth(7).is_some_and(|it| it.trim() == "ready") {
            return Ok(());
        }
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        let failed = log.contains("FATAL:") || start.elapsed() > START_LIMIT;
        ensure!(!failed, "PostgreSQL did not start; it said:\n{log}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn version(programs: &Path) -> Result<String> {
    let output = Command::new(programs.join("postgres"))
        .arg("--version")
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    // "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"
    let number = text.split_whitespace().nth(2).unwrap_or("(unknown)");
    Ok(format!("PostgreSQL {number}"))
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// So that nobody else on this machine uses the server: 128 random bits, hexadecimal.
fn random_password() -> Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}
