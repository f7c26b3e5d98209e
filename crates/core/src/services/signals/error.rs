//! What can go wrong with signals.

use std::io;

use entity::signals::{ArticleId, TrackedEntityId};

use super::{import::Imported, problem::LineProblem};
use crate::{
    db::DbError,
    error::{DomainError, Kind},
};

/// A request about signals could not be fulfilled; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignalsError {
    /// No such tracked entity (any more).
    #[error("there is no tracked entity {entity}")]
    EntityNotFound {
        /// The entity asked for.
        entity: TrackedEntityId,
    },
    /// No tracked entity has this name.
    #[error("no tracked entity is named {name:?}{}", meant(suggestion.as_deref()))]
    EntityUnknown {
        /// The name asked for.
        name: String,
        /// The name that was perhaps meant.
        suggestion: Option<String>,
    },
    /// A tracked entity has this name already.
    #[error("{name:?} is tracked already")]
    EntityExists {
        /// The name.
        name: String,
    },
    /// No such article (any more).
    #[error("there is no article {article}")]
    ArticleNotFound {
        /// The article asked for.
        article: ArticleId,
    },
    /// A field of the request has a value that it cannot have.
    #[error("{field} {expected}")]
    InvalidValue {
        /// The field.
        field: String,
        /// What it must be, to continue a sentence.
        expected: String,
    },
    /// A line of an import cannot be stored, and nothing is to be stored then.
    #[error("nothing was imported: {problem}")]
    Refused {
        /// The line.
        problem: Box<LineProblem>,
    },
    /// An article contradicts another one that came with it, or what is stored.
    #[error("articles[{place}] {reason}")]
    Conflict {
        /// Its place among those that came with it, from 0.
        place: u64,
        /// What contradicts what.
        reason: String,
    },
    /// What is imported cannot be read any further; what was stored by then is kept.
    #[error("the input cannot be read after {lines} lines")]
    Input {
        /// How many lines were dealt with.
        lines: u64,
        /// Why.
        source: io::Error,
    },
    /// The articles of an import are stored, and the time series is not up to date. The next rollup
    /// goes on from there.
    #[error("the articles are stored, but the time series is not up to date{}", left(*hours_left))]
    NotRolledUp {
        /// What the import did.
        imported: Box<Imported>,
        /// How many hours are still to be computed, where that is known.
        hours_left: Option<u64>,
        /// Why.
        source: Box<SignalsError>,
    },
    /// The database failed, or the unit of work could not begin or be kept.
    #[error(transparent)]
    Database(Box<DbError>),
}

impl DomainError for SignalsError {
    fn kind(&self) -> Kind {
        match self {
            Self::EntityNotFound { .. }
            | Self::EntityUnknown { .. }
            | Self::ArticleNotFound { .. } => Kind::NotFound,
            Self::EntityExists { .. } => Kind::AlreadyExists,
            Self::Conflict { .. } => Kind::Conflict,
            Self::InvalidValue { .. } | Self::Refused { .. } | Self::Input { .. } => Kind::Invalid,
            Self::NotRolledUp { .. } => Kind::Unavailable,
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::EntityNotFound { .. } | Self::EntityUnknown { .. } => "ENTITY_NOT_FOUND",
            Self::EntityExists { .. } => "ENTITY_EXISTS",
            Self::ArticleNotFound { .. } => "ARTICLE_NOT_FOUND",
            Self::InvalidValue { .. } => "VALIDATION_FAILED",
            Self::Refused { .. } => "LINE_REFUSED",
            Self::Conflict { .. } => "ARTICLE_CONFLICT",
            Self::Input { .. } => "INPUT_UNREADABLE",
            Self::NotRolledUp { .. } => "TIME_SERIES_STALE",
            Self::Database(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::InvalidValue { field, .. } => Some(field),
            Self::EntityExists { .. } => Some("name"),
            _ => None,
        }
    }
}

fn meant(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; did you mean {name:?}?"))
}

fn left(hours: Option<u64>) -> String {
    hours.map_or_else(String::new, |hours| {
        format!(": {hours} of its hours are still to be computed")
    })
}

impl From<DbError> for SignalsError {
    fn from(error: DbError) -> Self {
        Self::Database(Box::new(error))
    }
}
