//! Works that whole programs do: the server and `migrate`, beside FastAPI and Alembic.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use rusqlite::Connection;

use crate::{file, outcome::Outcome, python::Python, work::Work};

/// What would be excellent: the time to the first answer in milliseconds, and the memory at rest in
/// megabytes.
const START_AIM: f64 = 10.0;
const MEMORY_AIM: f64 = 12.0;

/// How long a server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The programs that are measured.
pub(crate) struct Programs {
    server: PathBuf,
    migrate: PathBuf,
}

impl Programs {
    /// Those in `folder`.
    pub(crate) fn beside(folder: &Path) -> Self {
        Self {
            server: folder.join("groundwork"),
            migrate: folder.join("migrate"),
        }
    }
}

/// All migrations on a fresh file, which stays.
pub(crate) fn migrate(programs: &Programs, folder: &Path) -> Result<Outcome> {
    let file = fresh(folder, "migrate.db")?;
    let mut command = Command::new(&programs.migrate);
    command
        .arg("up")
        .current_dir(folder)
        .env("DATABASE_URL", url(&file));
    timed(&mut command)
}

/// The same tables by Alembic.
pub(crate) fn migrate_python(python: &Python, folder: &Path) -> Result<Outcome> {
    let file = fresh(folder, "alembic.db")?;
    let mut command = Command::new(python.program("alembic"));
    command
        .arg("-c")
        .arg(python.peers().join("alembic/alembic.ini"))
        .arg("-x")
        .arg(format!("url=sqlite:///{}", file.display()))
        .args(["upgrade", "head"]);
    timed(&mut command)
}

/// Makes sure that Alembic did no more than `migrate`: its tables are among ours.
pub(crate) fn compare_tables(folder: &Path) -> Result<()> {
    let tables = |name: &str| -> Result<Vec<String>> {
        let connection = Connection::open(folder.join(name))?;
        let mut tables = connection.prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
             AND name <> 'alembic_version' ORDER BY name",
        )?;
        let names = tables.query_map([], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    };
    let (ours, theirs) = (tables("migrate.db")?, tables("alembic.db")?);
    ensure!(!theirs.is_empty(), "Alembic made no table");
    if let Some(more) = theirs.iter().find(|table| !ours.contains(table)) {
        bail!("bench/peers/alembic makes {more}, which our migrations do not");
    }
    Ok(())
}

/// Starts the server on a database that exists, and waits for its first good answer; for
/// [`Work::Memory`] it then rests for a while and is weighed.
pub(crate) async fn serve(
    work: Work,
    programs: &Programs,
    folder: &Path,
    rest: Duration,
) -> Result<Outcome> {
    migrate(programs, folder)?;
    let port = free_port()?;
    let mut command = tokio::process::Command::new(&programs.server);
    command
        .arg("serve")
        .current_dir(folder)
        .env("DATABASE_URL", url(&folder.join("migrate.db")))
        .env("GROUNDWORK_FILES__ROOT", folder.join("files"))
        .env("GROUNDWORK_HTTP__BIND", format!("127.0.0.1:{port}"));
    weigh_or_time(work, command, port, rest).await
}

/// The same with FastAPI, SQLAlchemy and uvicorn.
pub(crate) async fn serve_python(
    work: Work,
    python: &Python,
    folder: &Path,
    rest: Duration,
) -> Result<Outcome> {
    let port = free_port()?;
    let mut command = tokio::process::Command::new(python.program("uvicorn"));
    command
        .args([
            "service:app",
            "--host",
            "127.0.0.1",
            "--log-level",
            "warning",
        ])
        .args(["--port", &port.to_string()])
        .current_dir(python.peers())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("BENCH_DATABASE", folder.join("migrate.db"));
    weigh_or_time(work, command, port, rest).await
}

/// The excellent figure for either.
pub(crate) fn aim(work: Work) -> Outcome {
    Outcome {
        amount: match work {
            Work::Memory => MEMORY_AIM,
            _ => START_AIM,
        },
        ..Outcome::default()
    }
}

async fn weigh_or_time(
    work: Work,
    mut command: tokio::process::Command,
    port: u16,
    rest: Duration,
) -> Result<Outcome> {
    let started = Instant::now();
    let mut server = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {:?}", command.as_std().get_program()))?;
    while !is_healthy(port) {
        ensure!(started.elapsed() < TIMEOUT, "no /health within {TIMEOUT:?}");
        if let Some(status) = server.try_wait()? {
            let stderr = server.wait_with_output().await?.stderr;
            bail!(
                "the server ended ({status}): {}",
                String::from_utf8_lossy(&stderr)
            );
        }
        tokio::time::sleep(Duration::from_micros(500)).await;
    }
    let took = started.elapsed().as_secs_f64() * 1e3;
    let amount = match (work, server.id()) {
        (Work::Memory, Some(id)) => {
            tokio::time::sleep(rest).await;
            resident_megabytes(id)?
        }
        _ => took,
    };
    server.kill().await?;
    Ok(Outcome {
        amount,
        ..Outcome::default()
    })
}

/// Whether `GET /health` is answered by 200.
fn is_healthy(port: u16) -> bool {
    let asked = || -> std::io::Result<String> {
        let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        server.set_read_timeout(Some(TIMEOUT))?;
        write!(
            server,
            "GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        server.read_to_string(&mut answer)?;
        Ok(answer)
    };
    asked().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

/// The resident memory of a process.
fn resident_megabytes(id: u32) -> Result<f64> {
    let kilobytes = match fs::read_to_string(format!("/proc/{id}/status")) {
        Ok(status) => {
            let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
            line.context("no VmRSS")?.trim_end_matches("kB").to_owned()
        }
        // Not Linux.
        Err(_) => {
            let id = id.to_string();
            let ps = Command::new("ps").args(["-o", "rss=", "-p", &id]).output();
            String::from_utf8(ps.context("cannot start ps")?.stdout)?
        }
    };
    let kilobytes: f64 = kilobytes.trim().parse().context("resident memory")?;
    Ok(kilobytes / 1024.0)
}

fn timed(command: &mut Command) -> Result<Outcome> {
    let started = Instant::now();
    let done = command
        .output()
        .with_context(|| format!("cannot start {:?}", command.get_program()))?;
    let amount = started.elapsed().as_secs_f64() * 1e3;
    let stderr = String::from_utf8_lossy(&done.stderr);
    ensure!(
        done.status.success(),
        "{:?} failed: {stderr}",
        command.get_program()
    );
    Ok(Outcome {
        amount,
        ..Outcome::default()
    })
}

fn fresh(folder: &Path, name: &str) -> Result<PathBuf> {
    let file = folder.join(name);
    file::remove(&file)?;
    Ok(file)
}

fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}
