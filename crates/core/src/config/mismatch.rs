//! Why a value that was written is not one that can be taken.

use super::node::{Node, Raw};

/// A value and how it is listed, or why it cannot be taken.
pub(super) type Taken<T> = Result<(T, serde_json::Value), Mismatch>;

/// Why a value cannot be taken.
pub(super) struct Mismatch {
    /// The part of the value at fault, such as `[1].sha256`; empty for the whole.
    pub(super) part: String,
    pub(super) line: Option<usize>,
    pub(super) expected: String,
    pub(super) found: String,
}

impl Mismatch {
    pub(super) fn of(node: &Node, expected: impl Into<String>) -> Self {
        Self {
            part: String::new(),
            line: node.line,
            expected: expected.into(),
            found: node.describe(),
        }
    }

    pub(super) fn of_secret(node: &Node, expected: impl Into<String>) -> Self {
        Self {
            found: node.describe_secret(),
            ..Self::of(node, expected)
        }
    }

    pub(super) fn within(mut self, part: &str) -> Self {
        self.part.insert_str(0, part);
        self
    }
}

/// The items of a list, also of one written with commas in a variable.
pub(super) fn items(node: &Node) -> Result<Vec<Node>, Mismatch> {
    match &node.raw {
        Raw::List(items) => Ok(items.clone()),
        Raw::Null => Ok(Vec::new()),
        Raw::Word(words) => Ok(words
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(Node::word)
            .collect()),
        _ => Err(Mismatch::of_secret(node, "a list")),
    }
}
