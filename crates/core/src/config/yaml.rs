//! YAML text to nodes that know their lines.

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

use super::node::{Node, Raw};

/// What is wrong with a text, and the line where, from 1.
pub(super) struct Malformed {
    pub(super) line: usize,
    pub(super) reason: String,
}

/// Reads a text that holds one document of sections; an empty text is an empty section.
pub(super) fn parse(text: &str) -> Result<Node, Malformed> {
    let documents = MarkedYaml::load_from_str(text).map_err(|error| Malformed {
        line: error.marker().line(),
        reason: format!("not valid YAML: {}", error.info()),
    })?;
    let root = match documents.as_slice() {
        [] => None,
        [root] => Some(node(root)?),
        [_, second, ..] => {
            return Err(Malformed {
                line: second.span.start.line(),
                reason: "a second document begins here; one is expected".to_owned(),
            });
        }
    };
    match root {
        Some(root) if matches!(root.raw, Raw::Section(_)) => Ok(root),
        Some(Node { raw: Raw::Null, .. }) | None => Ok(Node {
            raw: Raw::Section(Vec::new()),
            line: Some(1),
        }),
        Some(other) => Err(Malformed {
            line: other.line.unwrap_or(1),
            reason: format!(
                "sections with keys are expected; found {}",
                other.describe()
            ),
        }),
    }
}

fn node(yaml: &MarkedYaml<'_>) -> Result<Node, Malformed> {
    let raw = match &yaml.data {
        YamlData::Value(scalar) => raw(scalar),
        YamlData::Sequence(items) => Raw::List(items.iter().map(node).collect::<Result<_, _>>()?),
        YamlData::Mapping(entries) => Raw::Section(
            entries
                .iter()
                .map(|(key, value)| entry(key, value))
                .collect::<Result<_, _>>()?,
        ),
        YamlData::Tagged(..)
        | YamlData::Alias(_)
        | YamlData::Representation(..)
        | YamlData::BadValue => {
            return Err(Malformed {
                line: yaml.span.start.line(),
                reason: "a plain value is expected, without a tag".to_owned(),
            });
        }
    };
    Ok(Node {
        raw,
        line: Some(yaml.span.start.line()),
    })
}

/// A key and its value, which is said to be in the key's line: that is where one looks for it.
fn entry(key: &MarkedYaml<'_>, value: &MarkedYaml<'_>) -> Result<(String, Node), Malformed> {
    let line = key.span.start.line();
    let name = match &key.data {
        YamlData::Value(Scalar::String(name)) => name.to_string(),
        YamlData::Value(Scalar::Integer(number)) => number.to_string(),
        YamlData::Value(Scalar::Boolean(word)) => word.to_string(),
        _ => {
            return Err(Malformed {
                line,
                reason: "a key must be a word".to_owned(),
            });
        }
    };
    let value = Node {
        line: Some(line),
        ..node(value)?
    };
    Ok((name, value))
}

fn raw(scalar: &Scalar<'_>) -> Raw {
    match scalar {
        Scalar::Null => Raw::Null,
        Scalar::Boolean(value) => Raw::Boolean(*value),
        Scalar::Integer(value) => Raw::Integer(*value),
        Scalar::FloatingPoint(value) => Raw::Float(value.into_inner()),
        Scalar::String(text) => Raw::Text(text.to_string()),
    }
}
