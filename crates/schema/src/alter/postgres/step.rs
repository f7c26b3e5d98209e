//! One statement of a change.

use crate::{alter::precondition::Precondition, table::Kind};

/// A statement, and what it demands of the rows.
pub(super) struct Step {
    pub(super) sql: String,
    pub(super) precondition: Option<Precondition>,
    /// What takes away what the statement leaves when it fails outside of a transaction.
    pub(super) cleanup: Option<String>,
    /// A query for what uses the column that is dropped; NULL where nothing does.
    pub(super) unused: Option<String>,
    /// The column whose default is to be carried along to this type.
    pub(super) default_of: Option<(&'static str, Kind)>,
    /// The SQLSTATE that says it was done before.
    pub(super) done_if: Option<&'static str>,
}

impl Step {
    /// A statement that demands nothing.
    pub(super) fn plain(sql: String) -> Self {
        Self {
            sql,
            precondition: None,
            cleanup: None,
            unused: None,
            default_of: None,
            done_if: None,
        }
    }

    /// With what it demands of the rows.
    pub(super) fn demanding(self, precondition: Option<Precondition>) -> Self {
        Self {
            precondition,
            ..self
        }
    }

    /// With what takes it away when it fails.
    pub(super) fn or_else(self, cleanup: String) -> Self {
        Self {
            cleanup: Some(cleanup),
            ..self
        }
    }
}
