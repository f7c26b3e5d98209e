//! One server per SQLite database.
//!
//! Any number of commands may use a database beside a server, but two servers would both run the
//! pipeline and the sweeper. So a server holds a lock (`flock`) on a file beside the database, and
//! writes there who it is. The kernel releases the lock when the process ends, however it ends; the
//! text alone locks nothing. PostgreSQL is made for several servers and takes no lock.

use std::{
    fmt,
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use chrono::{DateTime, SecondsFormat, Utc};
use groundwork_naming::Engine;

use super::open;
use crate::{config, db::open_error::OpenError};

/// What holds the lock, as the error of the next one says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The number of the process.
    pub pid: u32,
    /// Where the server listens.
    pub address: SocketAddr,
    /// When it started.
    pub started_at: DateTime<Utc>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "process {} on {}, started at {}",
            self.pid,
            self.address,
            self.started_at.to_rfc3339_opts(SecondsFormat::Secs, true)
        )
    }
}

/// The right to serve a database, held until it is dropped or the process ends.
#[derive(Debug)]
pub struct ServerLock {
    file: Option<File>,
}

impl ServerLock {
    /// Takes the lock, which is beside the database file and is named after it, with `.lock` at
    /// the end. Creates the database's folder when it is missing.
    ///
    /// # Errors
    /// [`OpenError::Served`] if another server holds it; otherwise what is wrong with the URL or
    /// the folder.
    pub fn acquire(config: &config::Database, holder: &Holder) -> Result<Self, OpenError> {
        if config.url.engine() == Engine::Postgres {
            return Ok(Self { file: None });
        }
        let database = open::prepare_folder(&config.url)?;
        let path = lock_path(&database);
        let cannot = |source| OpenError::NotWritable {
            path: path.clone(),
            source,
        };
        let mut file = open_file(&path).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::Served {
                    database,
                    by: read_holder(&mut file),
                });
            }
            Err(TryLockError::Error(source)) => return Err(cannot(source)),
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{holder}"))
            .map_err(cannot)?;
        Ok(Self { file: Some(file) })
    }
}

impl Drop for ServerLock {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            // Only a courtesy to people who read the file; the lock goes with the file itself.
            let _ = file.set_len(0);
        }
    }
}

/// Beside the file that the path leads to in the end, so that two names of one database share one
/// lock.
fn lock_path(database: &Path) -> PathBuf {
    let real = database.canonicalize().unwrap_or_else(|_| {
        let parent = database
            .parent()
            .and_then(|parent| parent.canonicalize().ok());
        match (parent, database.file_name()) {
            (Some(parent), Some(name)) => parent.join(name),
            _ => database.to_owned(),
        }
    });
    let mut path = real.into_os_string();
    path.push(".lock");
    path.into()
}

fn open_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.mode(0o600).open(path)
}

/// What the holder has written about itself. It may only just have taken the lock, with the text of
/// an earlier one still there: that process is gone, so its text is not repeated.
fn read_holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    let text = text.trim();
    let pid = text
        .strip_prefix("process ")
        .and_then(|rest| rest.split(' ').next()?.parse().ok())
        .and_then(rustix::process::Pid::from_raw);
    let alive = pid.is_some_and(|pid| {
        // EPERM: it lives, and belongs to somebody else.
        rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
    });
    if read.is_ok() && alive {
        text.to_owned()
    } else {
        "another process".to_owned()
    }
}
