//! What was found, and where.

use groundwork_naming::Engine;

use super::{check::Diagnostic, rules::Rule};

/// Something that a rule has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Which rule.
    pub rule: &'static Rule,
    /// For which engine; `None`: it is the same on both.
    pub engine: Option<Engine>,
    /// Where.
    pub place: Place,
    /// What, in one line.
    pub message: String,
}

/// Where something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In what a migration's `up` executes.
    Statement {
        /// The migration.
        migration: String,
        /// The file of its source, where that is known.
        path: Option<String>,
        /// Which statement, from 1.
        number: usize,
        /// Its text.
        sql: String,
    },
    /// In a migration as a whole.
    Migration {
        /// The migration.
        migration: String,
        /// The file of its source, where that is known.
        path: Option<String>,
    },
    /// In a file.
    File {
        /// The file.
        path: String,
        /// From 1.
        line: u64,
        /// From 1.
        column: u64,
        /// The statement, if it is in one.
        sql: Option<String>,
    },
    /// In a live catalog; the message names the object.
    Catalog,
}

impl Finding {
    /// A diagnostic for an engine, at a place.
    pub(super) fn new(diagnostic: Diagnostic, engine: Engine, place: Place) -> Self {
        Self {
            rule: diagnostic.rule,
            engine: Some(engine),
            place,
            message: diagnostic.message,
        }
    }
}

/// An engine as flags and reports name it.
pub(super) const fn engine_word(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}
