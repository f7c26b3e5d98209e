//! A rule with its documentation.

use serde::Serialize;

use groundwork_naming::Engine;

/// A rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Never changes: `GW1xx` is about PostgreSQL, `GW2xx` about SQLite, `GW3xx` about both.
    pub id: &'static str,
    /// What the rule is called, in kebab case.
    pub name: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// Why it matters.
    pub why: &'static str,
    /// What to write instead.
    pub instead: &'static str,
    /// What it finds.
    pub bad: Example,
    /// The safe form.
    pub good: Example,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Severity {
    /// It breaks, blocks or loses something.
    Error,
    /// It may be meant.
    Warning,
}

/// An example of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Example {
    /// A file of SQL.
    Sql(&'static str),
    /// A part of a migration's source.
    Rust(&'static str),
    /// What a live catalog holds, in words.
    Catalog(&'static str),
}

impl Rule {
    /// The engine that it is about; `None`: both.
    #[must_use]
    pub(crate) fn engine(&self) -> Option<Engine> {
        match self.id.as_bytes().get(2) {
            Some(b'1') => Some(Engine::Postgres),
            Some(b'2') => Some(Engine::Sqlite),
            _ => None,
        }
    }
}

impl Severity {
    /// In one word.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}
