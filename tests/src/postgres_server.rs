//! A PostgreSQL server of a test's own, to be stopped, killed and copied. Unlike the one that all
//! tests share it is durable: it flushes what it acknowledges.

use std::{
    ffi::OsString,
    fs,
    io::Read as _,
    net::{Ipv4Addr, TcpListener},
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

const SETTINGS: [&str; 8] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=80",
    "fsync=on",
    "synchronous_commit=on",
    "wal_level=replica",
    "deadlock_timeout=100ms",
    "lc_messages=C",
];

/// The guard's script: stops the server when its standard input closes, which it does however the
/// test ends. `$1` is the server's log, the rest its command line.
const GUARD: &str = r#"
log=$1; shift
"$@" >>"$log" 2>&1 </dev/null &
server=$!
trap '' INT TERM HUP
echo "$server"
exec 3<&0 >/dev/null 2>&1
(cat <&3; kill -QUIT "$server") &
watch=$!
wait "$server"
kill -KILL "$watch"
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
    folder: TempDir,
    port: u16,
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
    /// Makes a new server with an empty database, and starts it.
    ///
    /// # Panics
    /// If PostgreSQL's programs are missing, or fail.
    #[must_use]
    pub fn start() -> Self {
        let server = Self::with_data(|data| {
            run(program("initdb")
                .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
                .args(["--locale=C", "--no-sync", "--no-instructions", "-D"])
                .arg(data));
        });
        server.started()
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
        server.started()
    }

    /// Asks everybody but the administrator for a password from now on.
    ///
    /// # Panics
    /// If the server does not take the rule.
    pub async fn ask_for_passwords(&self) {
        let rules = "host all postgres all trust\nhost all all all scram-sha-256\n";
        fs::write(self.data().join("pg_hba.conf"), rules).expect("the rules of the server");
        self.run("SELECT pg_reload_conf()").await;
    }

    /// What the server has written about itself.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Makes a streaming replica of this server, and starts it.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    #[must_use]
    pub fn replica(&self) -> Self {
        let server = Self::with_data(|data| {
            run(program("pg_basebackup")
                .args(["--host=127.0.0.1", "--username=postgres", "--no-sync"])
                .args(["--checkpoint=fast", "--write-recovery-conf"])
                .arg(format!("--port={}", self.port))
                .arg("-D")
                .arg(data));
        });
        server.started()
    }

    /// The URL of the server's database.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Runs one statement as the administrator.
    ///
    /// # Panics
    /// If the server refuses it.
    pub async fn run(&self, sql: &'static str) {
        let mut session = PgConnection::connect(&self.url())
            .await
            .expect("a session on the server");
        session
            .execute(sql)
            .await
            .expect("a statement that it takes");
        session.close().await.expect("the end of the session");
    }

    /// Stops the server, and waits until it is gone.
    ///
    /// # Panics
    /// If it does not stop.
    pub fn stop(&mut self, how: Stop) {
        let Some(mut running) = self.running.take() else {
            return;
        };
        match how {
            Stop::Fast => signal(running.server, Signal::INT),
            Stop::Immediate => signal(running.server, Signal::QUIT),
            // Whoever is left notices that the postmaster is gone, and goes as well.
            Stop::Killed => signal(running.server, Signal::KILL),
        }
        running.guard.wait().expect("the guard of PostgreSQL ends");
        let start = Instant::now();
        while how == Stop::Killed && self.is_in_memory() {
            assert!(start.elapsed() < PATIENCE, "PostgreSQL does not go");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Starts it again, on the same port.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start_again(&mut self) {
        assert!(self.running.is_none(), "the server runs");
        let log = self.folder.path().join("log");
        let mut guard = Command::new("sh");
        guard
            .args(["-c", GUARD, "guard"])
            .arg(&log)
            .arg(programs().join("postgres"))
            .arg("-D")
            .arg(self.data())
            .args(["-p", &self.port.to_string()])
            .args(SETTINGS.iter().flat_map(|setting| ["-c", setting]))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0);
        let mut guard = harmless(guard).spawn().expect("the guard of PostgreSQL");
        let server = first_line(&mut guard).parse().ok().and_then(Pid::from_raw);
        let server = server.expect("the number of PostgreSQL's process");
        self.running = Some(Running { guard, server });
        self.wait_until_ready(server);
    }

    fn with_data(make: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("groundwork-postgres-")
            .tempdir()
            .expect("a folder for PostgreSQL");
        if let Some((user, group)) = owner() {
            chown(folder.path(), Some(user), Some(group)).expect("a folder of PostgreSQL's own");
        }
        make(&folder.path().join("data"));
        Self {
            folder,
            port: free_port(),
            variables: Vec::new(),
            running: None,
        }
    }

    fn started(mut self) -> Self {
        self.start_again();
        self
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Waits for the status in the last line of the server's pid file.
    fn wait_until_ready(&self, server: Pid) {
        let start = Instant::now();
        loop {
            let file = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
            let mut lines = file.lines().map(str::trim);
            let is_this = lines.next() == Some(&server.as_raw_nonzero().to_string());
            if is_this && lines.nth(6) == Some("ready") {
                return;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "PostgreSQL did not start; it said:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether a process still uses the shared memory of a server that was killed.
    fn is_in_memory(&self) -> bool {
        let data = self.data();
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        processes
            .filter_map(|process| fs::read_link(process.path().join("cwd")).ok())
            .any(|folder| folder == data)
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.stop(Stop::Immediate);
    }
}

/// It may have gone by itself; then its guard has as well, and whoever waits for that goes on.
fn signal(process: Pid, signal: Signal) {
    let _ = kill_process(process, signal);
}

fn first_line(process: &mut Child) -> String {
    let mut out = process.stdout.take().expect("a pipe from the guard");
    let mut line = String::new();
    let mut byte = [0];
    while out.read(&mut byte).is_ok_and(|read| read == 1) && byte != *b"\n" {
        line.push(char::from(byte[0]));
    }
    line
}

fn program(name: &str) -> Command {
    harmless(Command::new(programs().join(name)))
}

fn run(command: &mut Command) {
    let output = command.output().expect("a program of PostgreSQL");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

/// PostgreSQL refuses to run as root: then somebody harmless runs it.
fn harmless(mut command: Command) -> Command {
    command.current_dir("/");
    if let Some((user, group)) = owner() {
        command.uid(user).gid(group);
    }
    command
}

/// Who runs the server if we are root.
fn owner() -> Option<(u32, u32)> {
    if !rustix::process::getuid().is_root() {
        return None;
    }
    let number = |which, name| {
        let output = Command::new("id").args([which, name]).output().ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse().ok()
    };
    let known = ["postgres", "nobody"]
        .iter()
        .find_map(|name| Some((number("-u", name)?, number("-g", name)?)));
    Some(known.expect("a user `postgres` or `nobody`, because PostgreSQL refuses root"))
}

/// The folder of PostgreSQL's programs: on the `PATH`, or Debian's.
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut debian: Vec<PathBuf> = debian
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    debian.sort();
    std::env::split_paths(&path)
        .chain(debian.into_iter().rev())
        .find(|folder| {
            ["initdb", "postgres", "pg_basebackup"]
                .iter()
                .all(|name| folder.join(name).is_file())
        })
        .expect(
            "this test starts a PostgreSQL server of its own, and its programs are missing: \
             install the package `postgresql`",
        )
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its number").port()
}
