//! Why no migration was written from entities. Nothing was changed then.

use std::{io, path::PathBuf};

use groundwork_error::{DomainError, Kind};
use groundwork_schema::run::RunError;

use super::{decide::Question, read::Fault};
use crate::{
    entities::{EntitiesError, GenerateError},
    inspect::InspectError,
    scratch::ScratchError,
    verify::RowsError,
};

/// Why no migration was written from entities. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvolveError {
    /// Files that cannot be read, or fields that no column can be.
    #[error("the edited entities cannot become a migration:{}", lines(.0))]
    Files(Vec<Fault>),
    /// The edits can be meant in several ways.
    #[error("the edits can be meant in several ways:{}", lines(.0))]
    Undecided(Vec<Question>),
    /// A flag decides something that is not asked.
    #[error("{flag} decides nothing: {why}")]
    NothingToDecide {
        /// The flag and its value.
        flag: String,
        /// What it would be about.
        why: String,
    },
    /// A flag gives a value that the column cannot hold.
    #[error("{flag}: {why}")]
    BadValue {
        /// The flag and its value.
        flag: String,
        /// What is wrong.
        why: String,
    },
    /// There is nothing to write.
    #[error("the entities say what the migrations make: there is nothing to write")]
    NoEdits,
    /// The name hides that something is lost.
    #[error(
        "{name} loses {}; a migration that does so says it by the verb of its name: call it {suggestion}",
        losses.join(", ")
    )]
    SilentLoss {
        /// The name asked for.
        name: String,
        /// What is lost.
        losses: Vec<String>,
        /// A name that would do.
        suggestion: String,
    },
    /// A part of the edits cannot be made.
    #[error("a part of the edits cannot be made:{}", lines(.0))]
    Inexpressible(Vec<String>),
    /// The migration does not do what it should.
    #[error("the migration would not be right on {engine}: {why}")]
    Refuted {
        /// Where it was tried.
        engine: groundwork_naming::Engine,
        /// What was found.
        why: String,
    },
    /// `entities.toml` cannot be edited.
    #[error("cannot edit {}: {why}", path.display())]
    TypeMap {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The entities cannot be found, or the type map does not fit.
    #[error(transparent)]
    Entities(#[from] EntitiesError),
    /// Entities cannot be generated.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// A schema cannot be read.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// No scratch database could be had.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// The rows of a scratch database cannot be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The migrations that exist do not run on a scratch database.
    #[error("the migrations do not run on a scratch database")]
    Migrate(#[source] RunError),
}

impl DomainError for EvolveError {
    fn kind(&self) -> Kind {
        match self {
            Self::Files(_)
            | Self::Inexpressible(_)
            | Self::Refuted { .. }
            | Self::TypeMap { .. } => Kind::Invalid,
            Self::Undecided(_)
            | Self::NothingToDecide { .. }
            | Self::BadValue { .. }
            | Self::NoEdits
            | Self::SilentLoss { .. } => Kind::Usage,
            Self::File { .. } => Kind::Unavailable,
            Self::Entities(error) => error.kind(),
            Self::Generate(error) => error.kind(),
            Self::Inspect(error) => error.kind(),
            Self::Scratch(error) => error.kind(),
            Self::Rows(error) => error.kind(),
            Self::Migrate(error) => error.kind(),
        }
    }
}

fn lines(parts: &[impl std::fmt::Display]) -> String {
    parts.iter().map(|part| format!("\n  {part}")).collect()
}
