//! What was found about a migration.

use std::fmt;

use groundwork_naming::Engine;
use serde::Serialize;

/// The verbs with which the name of a migration says that it removes rows or values.
pub const DESTRUCTIVE_VERBS: [&str; 4] = ["drop", "remove", "delete", "truncate"];

/// What was found about a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where it was tried.
    pub engine: Engine,
    /// The migration.
    pub migration: String,
    /// What was found.
    #[serde(flatten)]
    pub kind: FindingKind,
}

/// What can be found about a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "detail", rename_all = "snake_case")]
pub enum FindingKind {
    /// It fails on its way up, with rows in the tables.
    UpFails(String),
    /// It fails on its way down.
    DownFails(String),
    /// After up and down, the catalog is not what it was.
    DownLeaves(String),
    /// After up, down and up, the catalog is not what it was after the first.
    UpDiffers(String),
    /// Rows or values of a table that was there before are gone, and its name does not say so.
    Loses(String),
    /// It declares itself irreversible, for this reason. No failure.
    Irreversible(String),
    /// No row could be made for this table, so that nothing is known about its rows. No failure.
    NoRows(String),
    /// The rows that were made up do not fulfil what it demands, so that it was tried without rows.
    /// No failure.
    TriedWithoutRows(String),
    /// It could not be tried, because one before it fails. No failure of its own.
    NotTried(String),
}

impl FindingKind {
    /// Whether something has to be done about it.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        !matches!(
            self,
            Self::Irreversible(_) | Self::NoRows(_) | Self::TriedWithoutRows(_) | Self::NotTried(_)
        )
    }
}

/// Whether the verb in a migration's name says that something is removed.
pub(crate) fn declares_loss(name: &str) -> bool {
    let verb = name
        .split('_')
        .find(|word| !word.chars().any(|c| c.is_ascii_digit()));
    verb.is_some_and(|verb| DESTRUCTIVE_VERBS.contains(&verb))
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}: ", self.migration, self.engine)?;
        match &self.kind {
            FindingKind::UpFails(why) => write!(f, "up fails: {why}"),
            FindingKind::DownFails(why) => write!(f, "down fails: {why}"),
            FindingKind::DownLeaves(what) => write!(f, "down does not restore {what}"),
            FindingKind::UpDiffers(what) => write!(f, "a second up does not give {what}"),
            FindingKind::Loses(what) => write!(
                f,
                "up and down lose {what}; keep them, or say so in the name ({}_…)",
                DESTRUCTIVE_VERBS.join("_…, ")
            ),
            FindingKind::Irreversible(why) => write!(f, "irreversible, as it says: {why}"),
            FindingKind::TriedWithoutRows(why) => {
                write!(
                    f,
                    "tried without rows, since those that were made up do not fit: {why}"
                )
            }
            FindingKind::NotTried(why) => write!(f, "not tried: {why}"),
            FindingKind::NoRows(what) => {
                write!(f, "tried without rows in {what}: none could be made")
            }
        }
    }
}
