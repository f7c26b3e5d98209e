//! Keys: what attributes there are, and of which type.

use serde_json::{Number, Value};

use crate::services::atlas::graph::json::Json;

/// What an attribute belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Owner {
    Graph,
    Node,
    Edge,
}

/// The type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Type {
    Boolean,
    /// A whole number; GraphML's `int` and `long`.
    Long,
    /// GraphML's `float` and `double`.
    Double,
    String,
    /// A string that holds JSON.
    Json,
}

impl Owner {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Node => "node",
            Self::Edge => "edge",
        }
    }
}

impl Type {
    /// The type of that name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "boolean" => Self::Boolean,
            "int" | "integer" | "long" => Self::Long,
            "float" | "double" => Self::Double,
            "string" => Self::String,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Long => "long",
            Self::Double => "double",
            Self::String | Self::Json => "string",
        }
    }

    /// The type that a value is written with, and its text.
    pub(super) fn of(value: &Value) -> (Self, String) {
        match value {
            Value::Bool(truth) => (Self::Boolean, truth.to_string()),
            Value::Number(number) if number.is_f64() => (Self::Double, number.to_string()),
            Value::Number(number) if number.is_i64() => (Self::Long, number.to_string()),
            Value::String(text) if text.chars().all(is_xml) => (Self::String, text.clone()),
            value => (Self::Json, json(value)),
        }
    }

    /// The value that a text means.
    pub(super) fn read(self, text: &str) -> Result<Value, String> {
        let trimmed = text.trim();
        match self {
            Self::Boolean => match trimmed {
                "true" | "True" | "1" => Ok(true.into()),
                "false" | "False" | "0" => Ok(false.into()),
                _ => Err(format!(
                    "{trimmed:?} is no boolean: true or false is expected"
                )),
            },
            Self::Long => (trimmed.parse::<i64>())
                .map(Value::from)
                .map_err(|_| format!("{trimmed:?} is no whole number of 64 bits")),
            Self::Double => (trimmed.parse::<f64>().ok())
                .and_then(Number::from_f64)
                .map(Value::Number)
                .ok_or_else(|| format!("{trimmed:?} is no finite number")),
            Self::String => Ok(text.into()),
            Self::Json => Json::top(text)
                .and_then(|json| json.value())
                .map_err(|error| error.reason),
        }
    }
}

/// Whether XML 1.0 can hold the character.
pub(super) fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// JSON in characters that XML can hold.
fn json(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        if is_xml(c) {
            text.push(c);
        } else {
            text.push_str(&format!("\\u{:04x}", u32::from(c)));
        }
    }
    text
}
