//! What the codes of errors mean.

use serde::Deserialize;

/// The codes that every service on this foundation answers with.
const FOUNDATION: &str = include_str!("errors.json");

/// A code of an error, explained. Both sentences are Markdown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ErrorCode {
    /// The code, such as `PROJECT_NOT_FOUND`.
    pub code: String,
    /// What it means.
    pub meaning: String,
    /// What to do about it.
    pub remedy: String,
}

impl ErrorCode {
    /// Reads codes as JSON has them, a list of objects.
    ///
    /// # Errors
    /// If the text is anything else.
    pub fn read(json: &str) -> Result<Vec<Self>, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// Those of a service and of the foundation, in order.
    pub(super) fn all(own: &[Self]) -> Vec<Self> {
        let foundation = Self::read(FOUNDATION);
        debug_assert!(foundation.is_ok(), "errors.json is written by xtask");
        let mut codes = foundation.unwrap_or_default();
        codes.extend_from_slice(own);
        codes.sort_by(|one, other| one.code.cmp(&other.code));
        codes.dedup_by(|one, other| one.code == other.code);
        codes
    }
}
