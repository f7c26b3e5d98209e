//! Whether the files that are open are still the files at the path.
//!
//! A backup that is moved over the database, or an `rm`, takes the name away from the file that is
//! open: what is written goes on reaching the old one, which nobody finds after a restart. SQLite
//! does not look (<https://www.sqlite.org/howtocorrupt.html#_unlinking_or_renaming_a_database_file_while_in_use>).
//! So the names are compared after every `COMMIT`, before it is acknowledged, and now and then.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sea_orm::sqlx;

/// How often the names are compared while nothing is committed.
const PAUSE: Duration = Duration::from_millis(250);

/// The database is not the one that was opened any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file of the database was replaced or deleted while it was in use")]
pub(in crate::db) struct Replaced;

impl From<Replaced> for sqlx::Error {
    fn from(replaced: Replaced) -> Self {
        Self::AnyDriverError(Box::new(replaced))
    }
}

/// The files of a database as they were opened: its own, and the write-ahead log.
#[derive(Debug)]
pub(in crate::db) struct OpenedFile {
    path: PathBuf,
    opened: FileId,
    log_path: PathBuf,
    /// `None` until there is one.
    log: Mutex<Option<FileId>>,
    /// Stays so until the program starts anew.
    is_replaced: AtomicBool,
}

/// The device and the number of a file on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileId(u64, u64);

impl FileId {
    fn at(path: &Path) -> Option<Self> {
        let file = fs::metadata(path).ok()?;
        Some(Self(file.dev(), file.ino()))
    }
}

impl OpenedFile {
    /// The file that is at the path now; `None` if there is none.
    pub(in crate::db) fn at(path: &Path) -> Option<Self> {
        Some(Self {
            path: path.to_owned(),
            opened: FileId::at(path)?,
            log_path: log_of(path),
            log: Mutex::default(),
            is_replaced: AtomicBool::new(false),
        })
    }

    /// The write-ahead log, which is beside the database.
    pub(in crate::db) fn log_path(&self) -> &Path {
        &self.log_path
    }

    /// Looks at what is at the path now.
    pub(in crate::db) fn check(&self) -> Result<(), Replaced> {
        self.known()?;
        let is_same = FileId::at(&self.path) == Some(self.opened) && self.has_its_log();
        if is_same {
            return Ok(());
        }
        if !self.is_replaced.swap(true, Ordering::AcqRel) {
            tracing::error!(
                path = %self.path.display(),
                "the database file, or its -wal, was replaced or deleted while it was in use: \
                 nothing is read or written any more. To serve the file that is there now, restart; \
                 to keep what was written since the last backup, stop the program first and look \
                 for the old file where it was moved to"
            );
        }
        Err(Replaced)
    }

    /// What the last look has shown.
    pub(in crate::db) fn known(&self) -> Result<(), Replaced> {
        match self.is_replaced.load(Ordering::Acquire) {
            true => Err(Replaced),
            false => Ok(()),
        }
    }

    /// SQLite makes another log if all connections were closed.
    pub(in crate::db) fn forget_log(&self) {
        *self.log() = None;
    }

    fn has_its_log(&self) -> bool {
        let found = FileId::at(&self.log_path);
        let mut known = self.log();
        match *known {
            None => {
                *known = found;
                true
            }
            Some(_) => *known == found,
        }
    }

    fn log(&self) -> std::sync::MutexGuard<'_, Option<FileId>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns when the file was found to be replaced, or the database is gone.
pub(in crate::db) async fn replaced(file: Weak<OpenedFile>) {
    loop {
        tokio::time::sleep(PAUSE).await;
        match file.upgrade() {
            Some(file) if file.check().is_ok() => {}
            _ => return,
        }
    }
}

fn log_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}
