//! Why no new migration was written.

use std::{
    io,
    path::{Path, PathBuf},
};

use groundwork_error::{DomainError, Kind};

/// Why no new migration was written. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NewError {
    /// The name cannot be that of a migration.
    #[error("{name:?} is no name for a migration: {problem}; try {suggestion}")]
    BadName {
        /// The name asked for.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
        /// A name that would do.
        suggestion: String,
    },
    /// There is a migration of this name, under an older timestamp.
    #[error("there is a migration {existing}; give this one another name")]
    Taken {
        /// The existing one.
        existing: String,
    },
    /// The program was taken away from its source code.
    #[error("{} is missing: `new` works where the source code is", path.display())]
    NoSources {
        /// The file that lists the migrations.
        path: PathBuf,
    },
    /// The file that lists the migrations is not as expected.
    #[error(
        "{} has no `vec![Box::new(…::Migration)]` to register {name} in; add it by hand",
        path.display()
    )]
    NoList {
        /// The file.
        path: PathBuf,
        /// The new one.
        name: String,
    },
    /// The list names a migration that the program does not have.
    #[error(
        "{migration} is registered in {}, but this program was built without it: build it anew",
        path.display()
    )]
    OldProgram {
        /// The file that lists the migrations.
        path: PathBuf,
        /// The migration.
        migration: String,
    },
    /// A column on the command line cannot be understood, or not be made.
    #[error("{column}: {problem}")]
    BadColumn {
        /// As it was written.
        column: String,
        /// What is wrong with it.
        problem: String,
    },
    /// What the name says cannot be done.
    #[error("{name}: {problem}")]
    NothingToDo {
        /// The name.
        name: String,
        /// Why not.
        problem: String,
    },
    /// A file could not be read or written.
    #[error("cannot write {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl DomainError for NewError {
    fn kind(&self) -> Kind {
        match self {
            Self::BadName { .. }
            | Self::Taken { .. }
            | Self::BadColumn { .. }
            | Self::NothingToDo { .. }
            | Self::OldProgram { .. } => Kind::Usage,
            Self::NoSources { .. } | Self::File { .. } => Kind::Unavailable,
            Self::NoList { .. } => Kind::Invalid,
        }
    }
}

pub(super) fn file_error(path: &Path) -> impl FnOnce(io::Error) -> NewError {
    let path = path.to_owned();
    move |source| NewError::File { path, source }
}
