//! What can go wrong with copies of a database.

use std::{
    io,
    path::{Path, PathBuf},
};

use groundwork_error::{DomainError, Kind};
use sea_orm::DbErr;

/// Why a copy was not made, or not brought back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// There is no room for a copy.
    #[error(
        "a backup of {} needs {need} bytes, and {free} are free; make room, or go on without one (--no-backup)",
        database.display()
    )]
    NoSpace {
        /// The database.
        database: PathBuf,
        /// Its size.
        need: u64,
        /// What its disk has left.
        free: u64,
    },
    /// A copy is not what it was made of.
    #[error("the backup {} is not sound: {why}", file.display())]
    Unsound {
        /// The copy.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// There is nothing to bring back.
    #[error("there is no backup of {}", database.display())]
    None {
        /// The database.
        database: PathBuf,
    },
    /// There is no such copy.
    #[error("there is no file {}, here or beside {}", file.display(), database.display())]
    NoSuchFile {
        /// What was asked for.
        file: PathBuf,
        /// The database.
        database: PathBuf,
    },
    /// A server runs on the database.
    #[error(
        "a server is running on {} ({holder}); stop it first",
        database.display()
    )]
    Served {
        /// The database.
        database: PathBuf,
        /// What the server has written about itself.
        holder: String,
    },
    /// Another process uses the database.
    #[error("another process is using {}; try again when it is done", database.display())]
    InUse {
        /// The database.
        database: PathBuf,
    },
    /// A database cannot be asked.
    #[error("{doing} failed")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        source: DbErr,
    },
    /// A file or folder cannot be used.
    #[error("{doing} {} failed", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl DomainError for BackupError {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchFile { .. } => Kind::Usage,
            Self::Unsound { .. } => Kind::Invalid,
            Self::None { .. } | Self::NoSpace { .. } | Self::Database { .. } | Self::Io { .. } => {
                Kind::Unavailable
            }
            Self::Served { .. } | Self::InUse { .. } => Kind::Conflict,
        }
    }
}

impl BackupError {
    /// For `map_err`: an error of a database while `doing` something.
    pub(super) fn database<E: Into<DbErr>>(doing: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::Database {
            doing,
            source: source.into(),
        }
    }

    /// For `map_err`: an error of the system while `doing` something to `path`.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }
}
