//! Space that is kept beside the database for removing rows.
//!
//! Removing rows needs space too: what changes goes into the write-ahead log first. On a full disk
//! nothing could be removed, and so nothing be freed. A server therefore keeps a file of a few
//! megabytes beside its database. A unit that removes rows gives that space back to the disk before
//! it begins, if the disk is full, and empties the log, so that the removal overwrites the log in
//! place. As much as is left is taken again once the removal is stored, so that others do not use it up.

use std::{
    ffi::OsString,
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use rustix::fs::{FallocateFlags, fallocate, fstatvfs};

/// How much is kept.
const BYTES: u64 = 8 << 20;
/// What is kept is a multiple of this.
const STEP: u64 = 64 << 10;
/// How often a server looks whether there is space for it.
const PAUSE: Duration = Duration::from_secs(2);

/// The file.
#[derive(Debug)]
pub(in crate::db) struct Reserve {
    path: PathBuf,
    /// Whether it was given back and is not whole again: then any space that there is counts.
    is_wanted_back: AtomicBool,
}

impl Reserve {
    /// Beside this database. Nothing is written yet.
    pub(in crate::db) fn beside(database: &Path) -> Self {
        let mut path: OsString = database.into();
        path.push("-reserve");
        Self {
            path: path.into(),
            is_wanted_back: AtomicBool::new(false),
        }
    }

    /// How often [`keep`](Self::keep) is to be called.
    pub(in crate::db) const fn pause() -> Duration {
        PAUSE
    }

    /// Takes the space, as far as there is some. A disk that is nearly full when a server starts is
    /// left to the others.
    pub(in crate::db) fn keep(&self) {
        if let Err(error) = self.try_keep() {
            tracing::debug!(%error, file = %self.path.display(), "kept no space in reserve");
        }
    }

    fn try_keep(&self) -> io::Result<()> {
        let file = self.open()?;
        let kept = file.metadata()?.len();
        if kept >= BYTES {
            self.is_wanted_back.store(false, Ordering::Relaxed);
            return Ok(());
        }
        let free = free_bytes(&file)?;
        if free < 2 * BYTES && !self.is_wanted_back.load(Ordering::Relaxed) {
            return Ok(());
        }
        let length = (kept + free).min(BYTES) / STEP * STEP;
        if length <= kept {
            return Ok(());
        }
        let taken = fallocate(&file, FallocateFlags::empty(), 0, length);
        if taken.is_err() {
            // A part of it may have been taken. What is not whole is of no use to anybody.
            file.set_len(kept)?;
        }
        Ok(taken?)
    }

    /// Gives the space back if the disk is full: whether it was.
    pub(in crate::db) fn release(&self) -> bool {
        match self.try_release() {
            Ok(is_released) => is_released,
            Err(error) => {
                tracing::warn!(%error, file = %self.path.display(), "the reserve cannot be used");
                false
            }
        }
    }

    fn try_release(&self) -> io::Result<bool> {
        let file = match OpenOptions::new().write(true).open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            file => file?,
        };
        let found = file.metadata()?;
        if found.len() == 0 || found.blocks() == 0 || free_bytes(&file)? >= BYTES {
            return Ok(false);
        }
        file.set_len(0)?;
        self.is_wanted_back.store(true, Ordering::Relaxed);
        tracing::warn!(
            bytes = found.len(),
            "the disk of the database is full: rows are removed in the space kept for that"
        );
        Ok(true)
    }

    fn open(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        options.open(&self.path)
    }
}

fn free_bytes(file: &File) -> io::Result<u64> {
    let space = fstatvfs(file)?;
    Ok(space.f_bavail.saturating_mul(space.f_frsize))
}
