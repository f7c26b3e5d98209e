//! A value as it was written, before its type is known.

use ::config::{Value, ValueKind};

use super::Origin;

/// A value with its origin.
pub(super) fn value(kind: impl Into<ValueKind>, origin: &Origin) -> Value {
    Value::new(origin.to_json().as_ref(), kind)
}

/// The text, if it is one and is not empty.
pub(super) fn text(value: &Value) -> Option<&str> {
    match &value.kind {
        ValueKind::String(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// The text of a variable or a flag, which may mean a value of any type.
pub(super) fn untyped(value: &Value) -> Option<&str> {
    match &value.kind {
        ValueKind::String(text) if Origin::of(value).is_untyped() => Some(text),
        _ => None,
    }
}

/// Whether the value is null, or an empty variable or flag.
pub(super) fn is_nothing(value: &Value) -> bool {
    value.kind == ValueKind::Nil || untyped(value) == Some("")
}

/// What was found, for a message.
pub(super) fn describe(value: &Value) -> String {
    match &value.kind {
        ValueKind::Nil => "nothing".to_owned(),
        ValueKind::Float(number) => format!("{number:?}"),
        ValueKind::String(text) if untyped(value).is_some() => shortened(text),
        ValueKind::String(text) => format!("the text {}", shortened(text)),
        ValueKind::Array(_) => "a list".to_owned(),
        ValueKind::Table(_) => "a section".to_owned(),
        scalar => scalar.to_string(),
    }
}

/// What was found, for a message about a secret: nothing of its text.
pub(super) fn describe_secret(value: &Value) -> String {
    match &value.kind {
        ValueKind::String(text) => {
            format!("a text of {} characters (not shown)", text.chars().count())
        }
        ValueKind::Nil | ValueKind::Boolean(_) | ValueKind::Array(_) | ValueKind::Table(_) => {
            describe(value)
        }
        _ => "a number (not shown)".to_owned(),
    }
}

/// The text in quotes, cut where it is too long for a message.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
