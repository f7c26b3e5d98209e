//! Why a value that was written is not one that can be taken.

use ::config::{Value, ValueKind};

use super::{
    Origin,
    value::{describe, describe_secret, untyped, value},
};

/// A value and how it is listed, or why it cannot be taken.
pub(super) type Taken<T> = Result<(T, serde_json::Value), Mismatch>;

/// Why a value cannot be taken.
pub(super) struct Mismatch {
    /// The part of the value at fault, such as `[1].sha256`; empty for the whole.
    pub(super) part: String,
    pub(super) origin: Box<Origin>,
    pub(super) expected: String,
    pub(super) found: String,
}

impl Mismatch {
    pub(super) fn of(value: &Value, expected: impl Into<String>) -> Self {
        Self {
            part: String::new(),
            origin: Box::new(Origin::of(value)),
            expected: expected.into(),
            found: describe(value),
        }
    }

    pub(super) fn of_secret(value: &Value, expected: impl Into<String>) -> Self {
        Self {
            found: describe_secret(value),
            ..Self::of(value, expected)
        }
    }

    pub(super) fn within(mut self, part: &str) -> Self {
        self.part.insert_str(0, part);
        self
    }
}

/// The items of a list, also of one written with commas in a variable.
pub(super) fn items(list: &Value) -> Result<Vec<Value>, Mismatch> {
    if let Some(words) = untyped(list) {
        let origin = Origin::of(list);
        let words = words.split(',').map(str::trim);
        return Ok(words
            .filter(|word| !word.is_empty())
            .map(|word| value(word, &origin))
            .collect());
    }
    match &list.kind {
        ValueKind::Array(items) => Ok(items.clone()),
        ValueKind::Nil => Ok(Vec::new()),
        _ => Err(Mismatch::of_secret(list, "a list")),
    }
}
