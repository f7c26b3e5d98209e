//! What a graph may hold. Whatever keeps these rules can be stored on both engines and written in
//! every format.

use serde_json::Value;

use super::elements::{EdgeKey, Properties};

/// The most nodes of a graph.
pub const MAX_NODES: usize = 100_000;
/// The most edges of a graph.
pub const MAX_EDGES: usize = 500_000;
/// The longest name of a graph, key of a node, kind, or label of an edge, in bytes.
pub const MAX_NAME_BYTES: usize = 500;
/// The longest title of a graph or label of a node, in bytes.
pub const MAX_LABEL_BYTES: usize = 2_000;
/// The most that the properties of one thing may measure, in bytes of JSON.
pub const MAX_PROPERTIES_BYTES: usize = 64 * 1024;
/// How deep properties may be nested.
pub const MAX_PROPERTIES_DEPTH: usize = 32;

/// The names of the fields that the formats give to a graph, a node and an edge; no property has
/// one of them.
pub(super) const GRAPH_MEMBERS: &[&str] = &["name", "title", "directed"];
pub(super) const NODE_MEMBERS: &[&str] = &["id", "label", "kind"];
pub(super) const EDGE_MEMBERS: &[&str] = &["source", "target", "key", "label", "weight"];

/// How a graph breaks a rule.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A text that must say something says nothing.
    #[error("the {what} is empty")]
    Empty {
        /// Which text.
        what: &'static str,
    },
    /// A text is too long.
    #[error("the {what} has {bytes} bytes; at most {max} are allowed")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// A character that does not belong in a text.
    #[error("the {what} holds the character U+{:04X}, which is not allowed there", u32::from(*.character))]
    Character {
        /// Which text.
        what: &'static str,
        /// The character.
        character: char,
    },
    /// Two nodes have the same key.
    #[error("the node {key:?} is there twice")]
    NodeTwice {
        /// The key.
        key: String,
    },
    /// Two edges have the same ends and the same label.
    #[error("the edge {} is there twice: give each a label of its own", described(.key))]
    EdgeTwice {
        /// The edge.
        key: EdgeKey,
    },
    /// An edge ends at a node that is not there.
    #[error("there is no node {key:?}{}", did_you_mean(.nearest.as_deref()))]
    NoSuchNode {
        /// The key that no node has.
        key: String,
        /// The key that is most like it.
        nearest: Option<String>,
    },
    /// A weight is not finite, or not above 0.
    #[error("the weight is {weight}; it must be finite and above 0")]
    Weight {
        /// The weight.
        weight: f64,
    },
    /// A property has the name of one of the format's own fields.
    #[error("a property cannot be called {name:?}: the name has a meaning of its own")]
    Reserved {
        /// The name.
        name: String,
    },
    /// Properties are nested too deep.
    #[error("the properties are nested more than {MAX_PROPERTIES_DEPTH} deep")]
    TooDeep,
    /// There are too many of something.
    #[error("there are more than {max} {what}")]
    TooMany {
        /// Nodes or edges.
        what: &'static str,
        /// The limit.
        max: usize,
    },
}

fn described(key: &EdgeKey) -> String {
    let EdgeKey {
        source,
        target,
        label,
    } = key;
    match label.as_str() {
        "" => format!("without a label from {source:?} to {target:?}"),
        label => format!("{label:?} from {source:?} to {target:?}"),
    }
}

/// `; did you mean "ada"?`, or nothing.
pub(super) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |key| format!("; did you mean {key:?}?"))
}

/// The key that is most like the given one, if any is like it at all.
pub(super) fn nearest<'k>(key: &str, keys: impl IntoIterator<Item = &'k String>) -> Option<String> {
    let like = |other: &String| strsim::jaro_winkler(&key.to_lowercase(), &other.to_lowercase());
    keys.into_iter()
        .map(|other| (like(other), other))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, other)| other.clone())
}

pub(super) fn check_name(text: &str) -> Result<(), Fault> {
    filled("name", text)?;
    line("name", text, MAX_NAME_BYTES)
}

pub(super) fn check_key(text: &str) -> Result<(), Fault> {
    filled("key", text)?;
    line("key", text, MAX_NAME_BYTES)
}

pub(super) fn check_kind(text: &str) -> Result<(), Fault> {
    filled("kind", text)?;
    line("kind", text, MAX_NAME_BYTES)
}

pub(super) fn check_edge_label(text: &str) -> Result<(), Fault> {
    line("label", text, MAX_NAME_BYTES)
}

pub(super) fn check_title(text: &str) -> Result<(), Fault> {
    line("title", text, MAX_LABEL_BYTES)
}

/// A label may have several lines.
pub(super) fn check_label(text: &str) -> Result<(), Fault> {
    let allowed = |c: char| matches!(c, '\n' | '\t') || is_plain(c);
    within("label", text, MAX_LABEL_BYTES, allowed)
}

pub(super) fn check_weight(weight: f64) -> Result<(), Fault> {
    if weight.is_finite() && weight > 0.0 {
        Ok(())
    } else {
        Err(Fault::Weight { weight })
    }
}

pub(super) fn check_properties(properties: &Properties, reserved: &[&str]) -> Result<(), Fault> {
    if properties.is_empty() {
        return Ok(());
    }
    for (name, value) in properties {
        filled("name of a property", name)?;
        line("name of a property", name, MAX_NAME_BYTES)?;
        if reserved.contains(&name.as_str()) {
            return Err(Fault::Reserved { name: name.clone() });
        }
        check_value(value, 1)?;
    }
    let bytes = serde_json::to_vec(properties).map_or(usize::MAX, |json| json.len());
    at_most("list of properties", bytes, MAX_PROPERTIES_BYTES)
}

/// Neither engine's texts hold NUL, and PostgreSQL's JSON does not either.
fn check_value(value: &Value, depth: usize) -> Result<(), Fault> {
    if depth > MAX_PROPERTIES_DEPTH {
        return Err(Fault::TooDeep);
    }
    match value {
        Value::String(text) => no_nul(text),
        Value::Array(items) => items
            .iter()
            .try_for_each(|item| check_value(item, depth + 1)),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            no_nul(name)?;
            check_value(value, depth + 1)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn no_nul(text: &str) -> Result<(), Fault> {
    within("property", text, MAX_PROPERTIES_BYTES, |c| c != '\0')
}

fn filled(what: &'static str, text: &str) -> Result<(), Fault> {
    if text.trim().is_empty() {
        return Err(Fault::Empty { what });
    }
    Ok(())
}

fn line(what: &'static str, text: &str, max: usize) -> Result<(), Fault> {
    within(what, text, max, is_plain)
}

/// No control character, and nothing that XML cannot hold.
fn is_plain(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

fn within(
    what: &'static str,
    text: &str,
    max: usize,
    allowed: impl Fn(char) -> bool,
) -> Result<(), Fault> {
    at_most(what, text.len(), max)?;
    match text.chars().find(|c| !allowed(*c)) {
        Some(character) => Err(Fault::Character { what, character }),
        None => Ok(()),
    }
}

fn at_most(what: &'static str, bytes: usize, max: usize) -> Result<(), Fault> {
    if bytes > max {
        return Err(Fault::TooLong { what, bytes, max });
    }
    Ok(())
}
