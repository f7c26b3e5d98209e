//! What a rule says about a statement.

use crate::lint::rules::Rule;

/// Something that a rule has found.
#[derive(Clone, Debug)]
pub(in crate::lint) struct Diagnostic {
    pub(in crate::lint) rule: &'static Rule,
    /// The number of the statement, from 0; `None`: the whole.
    pub(in crate::lint) at: Option<usize>,
    pub(in crate::lint) message: String,
}
