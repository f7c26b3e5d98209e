//! What can go wrong with a stored graph.

use entity::atlas::GraphId;

use super::rules::{Fault, did_you_mean};
use crate::{
    db::DbError,
    error::{DomainError, Kind},
    services::atlas::AtlasError,
};

/// A request about a knowledge graph could not be fulfilled; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// No such graph (any more).
    #[error("there is no knowledge graph {graph}")]
    GraphNotFound {
        /// The graph asked for.
        graph: GraphId,
    },
    /// The graph has no node of this key.
    #[error("the graph has no node {key:?}{}", did_you_mean(.nearest.as_deref()))]
    NodeNotFound {
        /// The key asked for.
        key: String,
        /// The key that was probably meant.
        nearest: Option<String>,
    },
    /// A graph breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Fault),
    /// A depth is outside its range.
    #[error("{field} must be between 1 and {max}")]
    OutOfRange {
        /// What is outside.
        field: &'static str,
        /// The greatest that is allowed.
        max: u32,
    },
    /// A search was given up before it was done.
    #[error("the search passed {max} {passed} and was given up: ask for a smaller depth")]
    SearchTooWide {
        /// What was counted: `edges` or `nodes`.
        passed: &'static str,
        /// How many a search may pass.
        max: usize,
    },
    /// Something of the graph was changed by somebody else at the same time.
    #[error("the graph was changed meanwhile: try again")]
    ChangedMeanwhile,
    /// About the graph's video, or the unit of work.
    #[error(transparent)]
    Atlas(#[from] AtlasError),
    /// The database failed.
    #[error(transparent)]
    Database(Box<DbError>),
}

impl DomainError for GraphError {
    fn kind(&self) -> Kind {
        match self {
            Self::GraphNotFound { .. } | Self::NodeNotFound { .. } => Kind::NotFound,
            Self::Invalid(_) | Self::OutOfRange { .. } => Kind::Invalid,
            Self::SearchTooWide { .. } => Kind::TooLarge,
            Self::ChangedMeanwhile => Kind::Conflict,
            Self::Atlas(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::GraphNotFound { .. } => "GRAPH_NOT_FOUND",
            Self::NodeNotFound { .. } => "NODE_NOT_FOUND",
            Self::Invalid(_) => "GRAPH_INVALID",
            Self::OutOfRange { .. } => "VALIDATION_FAILED",
            Self::SearchTooWide { .. } => "SEARCH_TOO_WIDE",
            Self::ChangedMeanwhile => "CHANGED_MEANWHILE",
            Self::Atlas(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::OutOfRange { field, .. } => Some(field),
            Self::Atlas(error) => error.field(),
            _ => None,
        }
    }
}

impl From<DbError> for GraphError {
    fn from(error: DbError) -> Self {
        Self::Database(Box::new(error))
    }
}
