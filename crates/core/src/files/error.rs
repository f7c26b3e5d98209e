//! What can go wrong with files, and what to do about it.

use std::{io, path::PathBuf};

use rustix::io::Errno;

use super::{Damage, DamagedFile, Estranged, MediaType, StorageKey, sniff};
use crate::{
    db::DbError,
    error::{DomainError, Kind},
};

/// A file could not be taken, given or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilesError {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The content is of a type that is not taken here, whatever the file is called.
    #[error(
        "the content is {found}, not {}{}",
        listed(accepted),
        converted(found, accepted)
    )]
    TypeNotAllowed {
        /// The media type found, or a description.
        found: &'static str,
        /// What would have been taken.
        accepted: Vec<MediaType>,
    },
    /// The content begins like an accepted type and goes on wrong, or ends too early.
    #[error("the content is a damaged {media_type}: {flaw}")]
    Damaged {
        /// What it begins like.
        media_type: MediaType,
        /// What is wrong.
        flaw: &'static str,
    },
    /// The file is longer than `files.max_file_bytes`.
    #[error("the file is larger than {max_bytes} bytes (files.max_file_bytes)")]
    TooLarge {
        /// The limit.
        max_bytes: u64,
    },
    /// What was being stored could not be read to its end; nothing of it was kept.
    #[error("the file could not be read to its end")]
    Interrupted {
        /// The reader's error.
        #[source]
        source: io::Error,
    },
    /// No space, no inode or no quota is left on the disk of the files root.
    #[error("no space is left on the disk of files.root while {doing}: free some and try again")]
    Full {
        /// What was being done.
        doing: String,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The disk did not confirm that it holds the data. What was written has been discarded:
    /// trying the same again on the same pages could report success for data that is gone.
    #[error(
        "the disk did not confirm the write while {doing}; the file was discarded: \
         check the disk, then store it anew"
    )]
    NotDurable {
        /// What was being done.
        doing: String,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The files root cannot be used at present.
    #[error("cannot use the files root while {doing}{}", advice(source))]
    Unavailable {
        /// What was being done.
        doing: String,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The folder is open to other users and holds what is not the store's.
    #[error(
        "{} is open to other users and in use: give files.root a folder of its own, \
         or close this one (chmod 700)",
        root.display()
    )]
    Shared {
        /// The folder.
        root: PathBuf,
    },
    /// The root belongs to another database: what it holds must not be taken for this one's.
    #[error(
        "files.root {} does not belong to this database: {reason}; set files.root to the root that \
         does, or take this one over with the command `files adopt`",
        root.display()
    )]
    Estranged {
        /// The root.
        root: PathBuf,
        /// How that is known.
        reason: Estranged,
    },
    /// Another folder than the one that is open is at the path of the root, or none: what is stored
    /// would not be found after a restart.
    #[error(
        "files.root was replaced or deleted while it was in use: nothing is stored any more until \
         the service is restarted"
    )]
    Replaced,
    /// There is no file under the key (any more). Where it was is not for every caller to know.
    #[error("the stored file is not on the disk any more")]
    Missing {
        /// The key.
        key: StorageKey,
    },
    /// The file under the key is not what its row says.
    #[error("the stored file is damaged: it is not what was stored")]
    NotAsStored {
        /// Where it is, and what is wrong with it.
        #[source]
        damaged: Box<DamagedFile>,
    },
    /// The file under the key is not one of the store.
    #[error("{key} under the files root is not a file of the store: {what}")]
    Foreign {
        /// The key.
        key: StorageKey,
        /// What is there.
        what: &'static str,
    },
    /// The rows about files could not be read or changed.
    #[error(transparent)]
    Database(Box<DbError>),
}

impl FilesError {
    /// The error of a system call on the store's disk.
    pub(super) fn of_disk(doing: impl Into<String>, source: io::Error) -> Self {
        let doing = doing.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full { doing, source }
            }
            _ => Self::Unavailable { doing, source },
        }
    }

    /// The stored file that the error is about, and what is wrong with it.
    #[must_use]
    pub fn damaged_file(&self) -> Option<DamagedFile> {
        match self {
            Self::Missing { key } => Some(DamagedFile {
                key: key.clone(),
                damage: Damage::Missing,
            }),
            Self::NotAsStored { damaged } => Some(DamagedFile::clone(damaged)),
            _ => None,
        }
    }

    /// The error of an fsync. Some filesystems find only then that the disk is full.
    pub(super) fn of_sync(doing: impl Into<String>, source: io::Error) -> Self {
        match Self::of_disk(doing, source) {
            Self::Unavailable { doing, source } => Self::NotDurable { doing, source },
            full => full,
        }
    }
}

impl From<DamagedFile> for FilesError {
    fn from(damaged: DamagedFile) -> Self {
        match damaged.damage {
            Damage::Missing => Self::Missing { key: damaged.key },
            Damage::Size { .. } | Damage::Content => Self::NotAsStored {
                damaged: Box::new(damaged),
            },
        }
    }
}

impl From<DbError> for FilesError {
    fn from(error: DbError) -> Self {
        Self::Database(Box::new(error))
    }
}

impl DomainError for FilesError {
    fn kind(&self) -> Kind {
        match self {
            Self::Empty
            | Self::TypeNotAllowed { .. }
            | Self::Damaged { .. }
            | Self::Interrupted { .. } => Kind::Invalid,
            Self::TooLarge { .. } => Kind::TooLarge,
            Self::Full { .. } => Kind::Full,
            Self::NotDurable { .. }
            | Self::Unavailable { .. }
            | Self::Shared { .. }
            | Self::Replaced => Kind::Unavailable,
            Self::Estranged { .. } => Kind::Configuration,
            Self::Missing { .. } => Kind::NotFound,
            Self::NotAsStored { .. } => Kind::Damaged,
            Self::Foreign { .. } => Kind::Internal,
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "FILE_EMPTY",
            Self::TypeNotAllowed { .. } => "FILE_TYPE_NOT_ALLOWED",
            Self::Damaged { .. } | Self::NotAsStored { .. } => "FILE_DAMAGED",
            Self::TooLarge { .. } => "FILE_TOO_LARGE",
            Self::Interrupted { .. } => "FILE_INTERRUPTED",
            Self::Full { .. } => "STORAGE_FULL",
            Self::NotDurable { .. } => "STORAGE_NOT_DURABLE",
            Self::Unavailable { .. } => "STORAGE_UNAVAILABLE",
            Self::Shared { .. } => "STORAGE_SHARED",
            Self::Replaced => "STORAGE_REPLACED",
            Self::Estranged { .. } => "STORAGE_MISMATCH",
            Self::Missing { .. } => "FILE_MISSING",
            Self::Foreign { .. } => "FILE_FOREIGN",
            Self::Database(error) => error.code(),
        }
    }
}

fn advice(source: &io::Error) -> &'static str {
    if let Some(Errno::MFILE | Errno::NFILE) = Errno::from_io_error(source) {
        return ": too many files are open; raise the limit (ulimit -n), or let fewer clients connect";
    }
    match source.kind() {
        io::ErrorKind::ReadOnlyFilesystem => ": its disk is read-only; mount it for writing",
        io::ErrorKind::PermissionDenied => ": give it to the user that runs this program (chown)",
        io::ErrorKind::CrossesDevices => ": its folders must be on one filesystem",
        io::ErrorKind::FileTooLarge => ": the system limits the size of files (ulimit -f)",
        io::ErrorKind::NotADirectory => ": something on its path is not a folder",
        _ => "",
    }
}

/// How to make a file of an accepted type of it, to end a sentence.
fn converted(found: &str, accepted: &[MediaType]) -> String {
    let makes_images = accepted.contains(&MediaType::Png);
    match sniff::conversion(found, makes_images) {
        Some(command) => format!("; convert it first: `{command}`"),
        None => String::new(),
    }
}

/// `image/png, image/jpeg or image/webp`
fn listed(types: &[MediaType]) -> String {
    let names: Vec<&str> = types.iter().map(|accepted| accepted.as_str()).collect();
    match names.split_last() {
        None => "taken here".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(errno: rustix::io::Errno) -> FilesError {
        FilesError::of_disk("writing a file", errno.into())
    }

    #[test]
    fn a_full_disk_and_a_used_up_quota_differ_from_the_rest() {
        use rustix::io::Errno;
        for errno in [Errno::NOSPC, Errno::DQUOT] {
            assert_eq!(of(errno).code(), "STORAGE_FULL");
            assert_eq!(of(errno).kind(), Kind::Full);
        }
        for errno in [Errno::MFILE, Errno::NFILE] {
            assert_eq!(of(errno).kind(), Kind::Unavailable);
            assert!(of(errno).to_string().contains("ulimit -n"));
        }
        assert_eq!(
            of(Errno::ROFS).to_string(),
            "cannot use the files root while writing a file: its disk is read-only; \
             mount it for writing"
        );
        let failed = FilesError::of_sync("confirming a file", Errno::IO.into());
        assert_eq!(failed.code(), "STORAGE_NOT_DURABLE");
    }
}
