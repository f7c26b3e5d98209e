//! What is wrong with a text that should be a graph.

use crate::source::SourcePosition;

/// A text is no graph. `Display` is `line:column: what is wrong`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct FormatError {
    /// Where.
    pub place: SourcePosition,
    /// What is wrong, and what was expected.
    pub reason: String,
}
