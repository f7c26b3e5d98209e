//! Why entities cannot be generated, compared or written.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::type_map::Problem;
use crate::inspect::InspectError;
use groundwork_error::{DomainError, Kind};

/// Why entities cannot be generated, compared or written.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The type map is wrong, or does not fit the tables.
    #[error("the type map does not fit:{}", list(.0))]
    TypeMap(Vec<Problem>),
    /// The database's catalog could not be read.
    #[error("cannot read the tables of the scratch database")]
    Inspect(#[source] InspectError),
    /// What was written is no Rust.
    #[error("cannot write the entities of `{table}`: {message}")]
    Codegen {
        /// The table, or the domain.
        table: String,
        /// What is wrong.
        message: String,
    },
    /// A file could not be read, written or removed.
    #[error("cannot {doing} {}", .path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl DomainError for GenerateError {
    fn kind(&self) -> Kind {
        match self {
            Self::Inspect(error) => error.kind(),
            Self::File { .. } => Kind::Unavailable,
            Self::TypeMap(_) | Self::Codegen { .. } => Kind::Invalid,
        }
    }
}

impl GenerateError {
    pub(super) fn file(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File {
            doing,
            path: path.to_owned(),
            source,
        }
    }
}

fn list(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("\n  {problem}"))
        .collect()
}
