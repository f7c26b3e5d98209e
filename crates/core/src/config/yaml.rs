//! YAML text to values that know their lines.

use ::config::{Map, Value, ValueKind};
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

use super::{
    Origin,
    value::{describe, value},
};

/// What is wrong with a text, and the line where, from 1.
pub(super) struct Malformed {
    pub(super) line: usize,
    pub(super) reason: String,
}

/// Reads a text that holds one document of sections; an empty text has none. `at` is the origin of
/// what is in a line, from 1.
pub(super) fn parse(
    text: &str,
    at: &dyn Fn(usize) -> Origin,
) -> Result<Map<String, Value>, Malformed> {
    let documents = MarkedYaml::load_from_str(text).map_err(|error| Malformed {
        line: error.marker().line(),
        reason: format!("not valid YAML: {}", error.info()),
    })?;
    let root = match documents.as_slice() {
        [] => return Ok(Map::new()),
        [root] => root,
        [_, second, ..] => {
            return Err(Malformed {
                line: second.span.start.line(),
                reason: "a second document begins here; one is expected".to_owned(),
            });
        }
    };
    let line = root.span.start.line();
    let root = node(root, line, at)?;
    match root.kind {
        ValueKind::Table(sections) => Ok(sections),
        ValueKind::Nil => Ok(Map::new()),
        _ => Err(Malformed {
            line,
            reason: format!("sections with keys are expected; found {}", describe(&root)),
        }),
    }
}

/// The value of a node that is looked for in `line`: where it begins or, if it has a key, where
/// that is.
fn node(
    yaml: &MarkedYaml<'_>,
    line: usize,
    at: &dyn Fn(usize) -> Origin,
) -> Result<Value, Malformed> {
    let kind = match &yaml.data {
        YamlData::Value(Scalar::Null) => ValueKind::Nil,
        YamlData::Value(Scalar::Boolean(value)) => (*value).into(),
        YamlData::Value(Scalar::Integer(value)) => (*value).into(),
        YamlData::Value(Scalar::FloatingPoint(value)) => value.into_inner().into(),
        YamlData::Value(Scalar::String(text)) => text.as_ref().into(),
        YamlData::Sequence(items) => ValueKind::Array(
            items
                .iter()
                .map(|item| node(item, item.span.start.line(), at))
                .collect::<Result<_, _>>()?,
        ),
        YamlData::Mapping(entries) => ValueKind::Table(
            entries
                .iter()
                .map(|(key, value)| Ok((name(key)?, node(value, key.span.start.line(), at)?)))
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
    Ok(value(kind, &at(line)))
}

fn name(key: &MarkedYaml<'_>) -> Result<String, Malformed> {
    match &key.data {
        YamlData::Value(Scalar::String(name)) => Ok(name.to_string()),
        YamlData::Value(Scalar::Integer(number)) => Ok(number.to_string()),
        YamlData::Value(Scalar::Boolean(word)) => Ok(word.to_string()),
        _ => Err(Malformed {
            line: key.span.start.line(),
            reason: "a key must be a word".to_owned(),
        }),
    }
}
