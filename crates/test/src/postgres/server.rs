//! A PostgreSQL server of the tests' own: in a temporary folder, never as root, gone afterwards.
//!
//! A small shell guards the server. Its standard input is a pipe that this process holds open and
//! never writes to. The pipe closes however this process ends: in success, failure, panic, by
//! Ctrl-C and by `kill -9`. Then the shell stops the server and removes its folder.

use std::{
    ffi::OsString,
    fs, io,
    io::Read as _,
    net::{Ipv4Addr, TcpListener},
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::programs::Programs;

/// How long a server may take to start or to stop.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(60);

pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(5);

const SETTINGS: [&str; 3] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "lc_messages=C",
];

/// A durable server flushes what it acknowledges, and takes replicas.
const DURABLE: [&str; 5] = [
    "max_connections=80",
    "fsync=on",
    "synchronous_commit=on",
    "wal_level=replica",
    "deadlock_timeout=100ms",
];

/// A shared server has data that nobody will miss, and room for many small pools.
const SHARED: [&str; 6] = [
    "max_connections=300",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
];

/// The guard's script: `$1` is the folder, the rest the server's command line. It ends with the
/// server, and removes the folder if the test has ended without stopping the server.
pub(super) const GUARD: &str = r#"
folder=$1; shift
"$@" >>"$folder/log" 2>&1 </dev/null &
server=$!
trap '' INT TERM HUP
echo "$server"
exec 3<&0 >/dev/null 2>&1
(cat <&3; : >"$folder/abandoned"; kill -QUIT "$server") &
watch=$!
wait "$server"
kill -KILL "$watch"
if [ -e "$folder/abandoned" ]; then rm -rf "$folder"; fi
"#;

/// How a server is stopped (<https://www.postgresql.org/docs/current/server-shutdown.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Open transactions are rolled back, what is in memory is written.
    Fast,
    /// At once, as if it crashed; the next start recovers from the write-ahead log.
    Immediate,
    /// Every process of it gets SIGKILL.
    Killed,
}

/// A running server. Dropping it stops it and removes its data.
#[derive(Debug)]
pub struct PostgresServer {
    programs: Programs,
    folder: TempDir,
    port: u16,
    settings: &'static [&'static str],
    /// The administrator's; `None`: every local user may connect.
    password: Option<String>,
    /// What its processes find in their environment.
    variables: Vec<(&'static str, OsString)>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    guard: Child,
    server: Pid,
}

impl PostgresServer {
    /// Starts a new server for one test, to be stopped, killed and copied. It is durable.
    ///
    /// # Panics
    /// If PostgreSQL's programs are missing, or fail.
    #[must_use]
    pub fn start() -> Self {
        let server = Programs::find().and_then(|programs| {
            let mut server = Self::new(programs, &DURABLE)?;
            server.initialise()?;
            server.run_again()?;
            Ok(server)
        });
        expect(server)
    }

    /// The same, with variables in the environment of its processes.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    #[must_use]
    pub fn start_with(variables: Vec<(&'static str, OsString)>) -> Self {
        let mut server = Self::start();
        server.stop(Stop::Fast);
        server.variables = variables;
        server.start_again();
        server
    }

    /// Starts a new server for the databases of many tests. It flushes nothing, and asks for a
    /// password that only its URL has.
    ///
    /// # Errors
    /// If PostgreSQL's programs are missing, or fail.
    pub fn start_shared() -> io::Result<Self> {
        let mut server = Self::new(Programs::find()?, &SHARED)?;
        server.password = Some(random_password()?);
        server.initialise()?;
        server.run_again()?;
        Ok(server)
    }

    /// Makes a streaming replica of this server, and starts it.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    #[must_use]
    pub fn replica(&self) -> Self {
        let replica = Self::new(self.programs.clone(), self.settings).and_then(|mut replica| {
            run(replica
                .program("pg_basebackup")
                .args(["--host=127.0.0.1", "--username=postgres", "--no-sync"])
                .args(["--checkpoint=fast", "--write-recovery-conf"])
                .arg(format!("--port={}", self.port))
                .arg("-D")
                .arg(replica.data()))?;
            replica.run_again()?;
            Ok(replica)
        });
        expect(replica)
    }

    /// The URL of the server's database.
    #[must_use]
    pub fn url(&self) -> String {
        let password = self.password.iter().map(|password| format!(":{password}"));
        let password: String = password.collect();
        format!(
            "postgres://postgres{password}@127.0.0.1:{}/postgres",
            self.port
        )
    }

    /// The port that it listens on, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Such as `PostgreSQL 15.14`.
    ///
    /// # Errors
    /// If the program cannot be run.
    pub fn version(&self) -> io::Result<String> {
        self.programs.version()
    }

    /// What the server has written about itself.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The folder of its data.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Stops the server, and waits until it is gone.
    ///
    /// # Panics
    /// If it does not stop.
    pub fn stop(&mut self, how: Stop) {
        expect(self.try_stop(how));
    }

    /// Starts it again, on the same port.
    ///
    /// # Panics
    /// If it runs, or does not start.
    pub fn start_again(&mut self) {
        expect(self.run_again());
    }

    fn new(programs: Programs, settings: &'static [&'static str]) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("groundwork-postgres-")
            .tempdir()?;
        if let Some((user, group)) = programs.owner() {
            chown(folder.path(), Some(user), Some(group))?;
        }
        Ok(Self {
            programs,
            folder,
            port: free_port()?,
            settings,
            password: None,
            variables: Vec::new(),
            running: None,
        })
    }

    /// Makes its data: an empty database.
    fn initialise(&self) -> io::Result<()> {
        let mut initdb = self.program("initdb");
        initdb
            .args(["--username=postgres", "--encoding=UTF8", "--locale=C"])
            .args(["--no-sync", "--no-instructions", "-D"])
            .arg(self.data());
        match &self.password {
            None => initdb.arg("--auth=trust"),
            Some(password) => {
                let file = self.folder.path().join("password");
                self.write_secret(&file, password)?;
                initdb
                    .arg("--auth=password")
                    .arg(format!("--pwfile={}", file.display()))
            }
        };
        run(&mut initdb)
    }

    fn write_secret(&self, file: &Path, text: &str) -> io::Result<()> {
        fs::write(file, text)?;
        match self.programs.owner() {
            Some((user, group)) => chown(file, Some(user), Some(group)),
            None => Ok(()),
        }
    }

    fn run_again(&mut self) -> io::Result<()> {
        if self.running.is_some() {
            return Err(io::Error::other("the server runs already"));
        }
        let mut guard = self
            .programs
            .command("sh")
            .args(["-c", GUARD, "guard"])
            .arg(self.folder.path())
            .arg(self.programs.path("postgres"))
            .arg("-D")
            .arg(self.data())
            .args(["-p", &self.port.to_string()])
            .args(
                SETTINGS
                    .iter()
                    .chain(self.settings)
                    .flat_map(|it| ["-c", it]),
            )
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let server = first_line(&mut guard).parse().ok().and_then(Pid::from_raw);
        let server = server.ok_or_else(|| io::Error::other("the guard of PostgreSQL is silent"))?;
        self.wait_until_ready(server, &mut guard)?;
        self.running = Some(Running { guard, server });
        Ok(())
    }

    /// Waits for the status in the last line of the server's pid file.
    fn wait_until_ready(&self, server: Pid, guard: &mut Child) -> io::Result<()> {
        let start = Instant::now();
        loop {
            let file = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
            let mut lines = file.lines().map(str::trim);
            let is_this = lines.next() == Some(&server.as_raw_nonzero().to_string());
            if is_this && lines.nth(6) == Some("ready") {
                return Ok(());
            }
            if guard.try_wait()?.is_some() || start.elapsed() > TIME_LIMIT {
                let log = self.log();
                let message = format!("PostgreSQL did not start; it reported:\n{log}");
                return Err(io::Error::other(message));
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    fn try_stop(&mut self, how: Stop) -> io::Result<()> {
        let Some(mut running) = self.running.take() else {
            return Ok(());
        };
        let signal = match how {
            Stop::Fast => Signal::INT,
            Stop::Immediate => Signal::QUIT,
            // The processes that are left notice that the postmaster is gone, and go as well.
            Stop::Killed => Signal::KILL,
        };
        // It may have gone by itself. Then its guard has as well, and the wait below is short.
        let _ = kill_process(running.server, signal);
        // Held open: `wait` would close it, and the guard would take the test for ended.
        let pipe = running.guard.stdin.take();
        running.guard.wait()?;
        drop(pipe);
        let start = Instant::now();
        while how == Stop::Killed && self.is_in_memory() {
            if start.elapsed() > TIME_LIMIT {
                return Err(io::Error::other("PostgreSQL does not go"));
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }

    /// Whether a process still uses the shared memory of a server that was killed.
    fn is_in_memory(&self) -> bool {
        let data = self.data();
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        processes
            .filter_map(|process| fs::read_link(process.path().join("cwd")).ok())
            .any(|folder| folder == data)
    }

    fn program(&self, name: &str) -> Command {
        self.programs.command(self.programs.path(name))
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // What cannot be stopped here is stopped by the guard, when this process ends.
        let _ = self.try_stop(Stop::Immediate);
    }
}

#[expect(
    clippy::panic,
    reason = "a harness has nobody to return an error to: it fails the test with a sentence"
)]
pub(super) fn expect<T>(result: io::Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn first_line(process: &mut Child) -> String {
    let mut line = String::new();
    let mut byte = [0];
    if let Some(mut out) = process.stdout.take() {
        while out.read(&mut byte).is_ok_and(|read| read == 1) && byte != *b"\n" {
            line.push(char::from(byte[0]));
        }
    }
    line
}

fn run(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    let report = String::from_utf8_lossy(&output.stderr);
    let name = Path::new(command.get_program()).display().to_string();
    Err(io::Error::other(format!(
        "{name} failed: {}",
        report.trim()
    )))
}

/// A port that was free a moment ago.
pub(super) fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// 128 random bits, hexadecimal.
fn random_password() -> io::Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}
