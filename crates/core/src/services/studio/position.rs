//! A place among the scenes of a project.

use std::borrow::Cow;

use serde::Deserialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::StudioError;

/// A place among a project's scenes. In JSON an index from 0, `"first"` or `"last"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(from = "JsonPosition")]
pub enum Position {
    /// Before all others.
    First,
    /// After all others.
    #[default]
    Last,
    /// With this index, from 0.
    At(usize),
}

/// A place among a project's scenes: an index from 0, `first` or `last`.
#[derive(Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "expected an index from 0, \"first\" or \"last\""
)]
enum JsonPosition {
    Index(usize),
    End(End),
}

#[derive(Deserialize, ToSchema)]
#[schema(as = FirstOrLast)]
#[serde(rename_all = "lowercase")]
enum End {
    First,
    Last,
}

impl PartialSchema for Position {
    fn schema() -> RefOr<Schema> {
        JsonPosition::schema()
    }
}

impl ToSchema for Position {
    fn name() -> Cow<'static, str> {
        "Position".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        JsonPosition::schemas(schemas);
    }
}

impl From<JsonPosition> for Position {
    fn from(position: JsonPosition) -> Self {
        match position {
            JsonPosition::Index(index) => Self::At(index),
            JsonPosition::End(End::First) => Self::First,
            JsonPosition::End(End::Last) => Self::Last,
        }
    }
}

impl Position {
    /// The index, where `last` is the greatest one possible.
    pub(super) fn index(self, last: usize, scenes: usize) -> Result<usize, StudioError> {
        match self {
            Self::First => Ok(0),
            Self::Last => Ok(last),
            Self::At(index) if index <= last => Ok(index),
            Self::At(index) => Err(StudioError::NoSuchPosition { index, scenes }),
        }
    }
}
