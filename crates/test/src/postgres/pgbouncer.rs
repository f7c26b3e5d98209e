//! PgBouncer in front of a server of a test: in a temporary folder, never as root, gone afterwards.

use std::{
    fs, io,
    net::{Ipv4Addr, TcpStream},
    os::unix::{fs::chown, process::CommandExt as _},
    process::{Child, Command, Stdio},
    thread,
    time::Instant,
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::{
    PostgresServer,
    programs::{Programs, pgbouncer_installed},
    server::{GUARD, POLL_INTERVAL, TIME_LIMIT, expect, first_line, free_port},
};

const MISSING: &str = "PgBouncer is missing: install the package `pgbouncer`, or name the program \
                       with PGBOUNCER=/path/to/pgbouncer";

/// How long a client keeps a session of the server (`pool_mode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolMode {
    /// As long as it is connected.
    Session,
    /// For one transaction.
    Transaction,
}

/// A running PgBouncer. Dropping it stops it.
#[derive(Debug)]
pub struct PgBouncer {
    folder: TempDir,
    port: u16,
    guard: Child,
    process: Pid,
}

impl PgBouncer {
    /// Starts it in front of every database of a server, with these lines more in its section
    /// `[pgbouncer]`.
    ///
    /// # Panics
    /// If the program is missing, or does not start.
    #[must_use]
    pub fn start(server: &PostgresServer, mode: PoolMode, settings: &[&str]) -> Self {
        expect(Self::try_start(server, mode, settings))
    }

    /// The URL of the server's database by way of this pooler.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Its version, such as `(1, 18)`.
    ///
    /// # Panics
    /// If the program does not say.
    #[must_use]
    pub fn version() -> (u32, u32) {
        let program = pgbouncer_installed().ok_or_else(|| io::Error::other(MISSING));
        let asked = program.and_then(|program| Command::new(program).arg("--version").output());
        let output = expect(asked).stdout;
        // "PgBouncer 1.18.0"
        let text = String::from_utf8_lossy(&output);
        let number = text.split_whitespace().nth(1).unwrap_or_default();
        let mut parts = number.split('.').map_while(|part| part.parse().ok());
        let unknown = || io::Error::other(format!("PgBouncer names no version: {text}"));
        expect(parts.next().zip(parts.next()).ok_or_else(unknown))
    }

    /// What it has written about itself.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn try_start(server: &PostgresServer, mode: PoolMode, settings: &[&str]) -> io::Result<Self> {
        let program = pgbouncer_installed().ok_or_else(|| io::Error::other(MISSING))?;
        let programs = Programs::find()?;
        let folder = tempfile::Builder::new()
            .prefix("groundwork-pgbouncer-")
            .tempdir()?;
        let port = free_port()?;
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, configuration(server.port(), port, mode, settings))?;
        if let Some((user, group)) = programs.owner() {
            chown(folder.path(), Some(user), Some(group))?;
            chown(&file, Some(user), Some(group))?;
        }
        let mut guard = programs
            .command("sh")
            .args(["-c", GUARD, "guard"])
            .arg(folder.path())
            .arg(program)
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let process = first_line(&mut guard).parse().ok().and_then(Pid::from_raw);
        let process = process.ok_or_else(|| io::Error::other("PgBouncer does not start"))?;
        let mut pooler = Self {
            folder,
            port,
            guard,
            process,
        };
        pooler.wait_until_ready()?;
        Ok(pooler)
    }

    fn wait_until_ready(&mut self) -> io::Result<()> {
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if self.guard.try_wait()?.is_some() || start.elapsed() > TIME_LIMIT {
                let message = format!("PgBouncer did not start; it reported:\n{}", self.log());
                return Err(io::Error::other(message));
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        // It may have gone by itself.
        let _ = kill_process(self.process, Signal::TERM);
        // Held open: the guard would take the test for ended.
        let pipe = self.guard.stdin.take();
        let _ = self.guard.wait();
        drop(pipe);
    }
}

/// Every database of the server, for its administrator, who needs no password.
fn configuration(server: u16, port: u16, mode: PoolMode, settings: &[&str]) -> String {
    let mode = match mode {
        PoolMode::Session => "session",
        PoolMode::Transaction => "transaction",
    };
    let settings = settings.join("\n");
    format!(
        "[databases]
* = host=127.0.0.1 port={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
max_client_conn = 500
{settings}
"
    )
}
