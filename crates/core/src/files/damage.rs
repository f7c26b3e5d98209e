//! What can be wrong with a stored file, and the record of it that outlives the process.
//!
//! A damaged file stays where it is: it may be all that is left. A record, a small file in the
//! folder `quarantine` that has the name of its key, says what was found. Files whose content was
//! found to be wrong are not given any more until [`FileStore::verify`] finds them whole; what the
//! size alone shows is looked at anew each time.

use std::{fmt, io, sync::Arc};

use metrics::{Unit, counter, describe_counter};
use rustix::io::Errno;
use serde::Serialize;

use super::{
    FileStore, FilesError, StorageKey,
    disk::{self, Dir},
    store::{Shared, blocking},
};

/// The folder of the records. No owner can have this name: owners are UUIDs.
pub(super) const QUARANTINE: &str = "quarantine";

const FOUND: &str = "groundwork_files_damaged_total";

/// The longest record that is read; the longest that is written has 60 bytes.
const LONGEST: usize = 256;

/// What is wrong with a stored file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "damage", rename_all = "lowercase")]
pub enum Damage {
    /// There is no file under the key.
    Missing,
    /// It has another length than its row says.
    Size {
        /// What it has, in bytes.
        found: u64,
        /// What the row says.
        expected: u64,
    },
    /// It has the right length and another content than its row says.
    Content,
}

/// A stored file that is not what its row says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{key} {damage}")]
pub struct DamagedFile {
    /// Where it is, or was.
    pub key: StorageKey,
    /// What is wrong with it.
    #[serde(flatten)]
    pub damage: Damage,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::Size { found, expected } => write!(f, "has {found} bytes instead of {expected}"),
            Self::Content => f.write_str("has another content than was stored"),
        }
    }
}

impl Damage {
    fn record(self) -> String {
        match self {
            Self::Missing => "missing\n".to_owned(),
            Self::Size { found, expected } => format!("size {found} {expected}\n"),
            Self::Content => "content\n".to_owned(),
        }
    }

    /// A record that a crash cut off, or that nobody here wrote, holds the file back like the worst.
    fn parse(record: &str) -> Self {
        let mut words = record.split_whitespace();
        let number = |word: Option<&str>| word.and_then(|word| word.parse().ok());
        match words.next() {
            Some("missing") => Self::Missing,
            Some("size") => match (number(words.next()), number(words.next())) {
                (Some(found), Some(expected)) => Self::Size { found, expected },
                _ => Self::Content,
            },
            _ => Self::Content,
        }
    }
}

/// Describes the metric to the recorder, and shows it from the start.
pub(super) fn describe() {
    let text = "How often a stored file was found damaged or missing";
    describe_counter!(FOUND, Unit::Count, text);
    counter!(FOUND).increment(0);
}

impl FileStore {
    /// Counts a damaged file and keeps a record of it, for [`damaged`](Self::damaged). To be called
    /// with the error of [`read`](Self::read) once it is certain that the file's row is still there:
    /// a file that goes with its row is not missing.
    ///
    /// An error that is about something else is left alone.
    pub async fn remember(&self, error: &FilesError) {
        let Some(damaged) = error.damaged_file() else {
            return;
        };
        if damaged.damage == Damage::Missing {
            tracing::error!(key = %damaged.key, "a stored file is missing");
        }
        self.record_damage(damaged).await;
    }

    /// Counts the damage and keeps a record of it. That the record cannot be written, on a disk
    /// that is full for one, changes nothing for the caller.
    pub(super) async fn record_damage(&self, damaged: DamagedFile) {
        let shared = Arc::clone(&self.shared);
        let key = damaged.key.clone();
        let recorded = blocking(move || {
            counter!(FOUND).increment(1);
            let failed = |error| FilesError::of_disk("recording a damaged file", error);
            record(&shared.root, &damaged).map_err(failed)
        });
        if let Err(error) = recorded.await {
            tracing::warn!(error = &error as &dyn std::error::Error, %key, "kept no record");
        }
    }

    /// The files that were found damaged or missing, by reading them or by
    /// [`verify`](Self::verify), and still are as far as a look at their size shows.
    ///
    /// # Errors
    /// If the disk fails.
    pub async fn damaged(&self) -> Result<Vec<DamagedFile>, FilesError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || {
            let failed = |error| FilesError::of_disk("reading the records of damaged files", error);
            let mut all = records(&shared.root).map_err(failed)?;
            all.retain(|damaged| still_is(&shared.root, damaged));
            Ok(all)
        })
        .await
    }
}

/// Whether a look at the file does not show that it is whole again.
fn still_is(root: &Dir, damaged: &DamagedFile) -> bool {
    let size = size_of(root, &damaged.key).ok().flatten();
    match damaged.damage {
        Damage::Missing => size.is_none(),
        Damage::Size { expected, .. } => size != Some(expected),
        Damage::Content => true,
    }
}

/// The length of the file under a key; `None` if there is none.
pub(super) fn size_of(root: &Dir, key: &StorageKey) -> io::Result<Option<u64>> {
    let found = root
        .open(&key.owner_name())
        .and_then(|owner| owner.open(key.folder().as_str()))
        .and_then(|folder| folder.stat(&key.file_name()));
    match found {
        Ok(stat) => Ok(stat
            .filter(disk::is_regular)
            .map(|stat| u64::try_from(stat.st_size).unwrap_or(0))),
        // Whatever is in its way, it is not the file.
        Err(error) => match Errno::from_io_error(&error) {
            Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
            _ => Err(error),
        },
    }
}

/// What the record of a key says; `None` if there is none, as for nearly all files.
pub(super) fn recorded(root: &Dir, key: &StorageKey) -> io::Result<Option<Damage>> {
    let read = root
        .open(QUARANTINE)
        .and_then(|folder| read(&folder, &key.staging_name()));
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

fn read(folder: &Dir, name: &str) -> io::Result<Damage> {
    use io::Read as _;
    let (file, _) = folder.read(name)?;
    let mut text = String::new();
    let read = file.take(LONGEST as u64).read_to_string(&mut text);
    Ok(read.map_or(Damage::Content, |_| Damage::parse(&text)))
}

/// Every record.
pub(super) fn records(root: &Dir) -> io::Result<Vec<DamagedFile>> {
    let folder = match root.open(QUARANTINE) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        folder => folder?,
    };
    let mut all = Vec::new();
    for name in folder.names()? {
        let name = name?;
        if let Ok(key) = StorageKey::from_staging_name(&name) {
            match read(&folder, &name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                damage => all.push(DamagedFile {
                    key,
                    damage: damage?,
                }),
            }
        }
    }
    all.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(all)
}

/// Keeps a record, in the place of an earlier one that says something else.
fn record(root: &Dir, damaged: &DamagedFile) -> io::Result<()> {
    match recorded(root, &damaged.key)? {
        Some(known) if known == damaged.damage => return Ok(()),
        Some(_) => drop(forget(root, [&damaged.key])?),
        None => {}
    }
    root.make(QUARANTINE)?;
    root.sync()?;
    let folder = root.open(QUARANTINE)?;
    let mut file = match folder.create(&damaged.key.staging_name()) {
        // Another reader has found it at the same time.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        file => file?,
    };
    file.append(damaged.damage.record().as_bytes())?;
    file.sync()?;
    folder.sync()
}

/// Removes the records of files that are whole again, or gone together with their rows.
pub(super) fn forget<'a>(
    root: &Dir,
    keys: impl IntoIterator<Item = &'a StorageKey>,
) -> io::Result<u64> {
    let folder = match root.open(QUARANTINE) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        folder => folder?,
    };
    let mut forgotten = 0;
    for key in keys {
        forgotten += u64::from(folder.unlink(&key.staging_name())?);
    }
    Ok(forgotten)
}

impl Shared {
    /// Removes the records of removed files. One that is left does no harm: it is about nothing.
    pub(super) fn forget_damage<'a>(&self, keys: impl IntoIterator<Item = &'a StorageKey>) {
        if let Err(error) = forget(&self.root, keys) {
            tracing::debug!(%error, "left the records of removed files");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_says_what_was_found() {
        let size = Damage::Size {
            found: 4,
            expected: 79,
        };
        for damage in [Damage::Missing, size, Damage::Content] {
            assert_eq!(Damage::parse(&damage.record()), damage);
        }
        for cut in ["", "size 4", "what?"] {
            assert_eq!(Damage::parse(cut), Damage::Content);
        }
    }
}
