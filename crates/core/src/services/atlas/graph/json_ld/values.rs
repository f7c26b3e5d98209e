//! Values of JSON-LD: what is a reference, what a literal, and what is refused.

use serde_json::Value;

use super::{
    LABELS,
    context::{Context, Values},
    iri,
};
use crate::services::atlas::graph::{
    elements::Properties,
    format_error::FormatError,
    json::{Json, Members},
};

/// The `@id` among the members of an object.
pub(super) fn id_in<'t>(context: &Context, members: &Members<'t>) -> Option<Json<'t>> {
    let mut members = members.iter();
    let id = members.find(|(name, _)| context.keyword(name) == "@id");
    id.map(|(_, value)| *value)
}

pub(super) fn key_of(context: &Context, id: String) -> String {
    iri::to_key(&context.id(id))
}

/// The values of a property that has several: an array, or a `@set`.
pub(super) fn items_of<'t>(
    context: &Context,
    value: Json<'t>,
    name: &str,
) -> Result<Option<Vec<Json<'t>>>, FormatError> {
    if value.is_array() {
        return value.items(name).map(Some);
    }
    if value.is_object()
        && let [(only, set)] = value.members(name)?.as_slice()
        && context.keyword(only) == "@set"
        && set.is_array()
    {
        return set.items(name).map(Some);
    }
    Ok(None)
}

/// A label is a text; whatever else is called so stays a property.
pub(super) fn take_label(context: &Context, properties: &mut Properties) -> Option<String> {
    let is_label = |name: &str, label: &str| {
        name == label || context.meaning(name).is_some_and(|iri| iri == label)
    };
    let name = LABELS.into_iter().find_map(|label| {
        let mut named = properties.iter();
        let found = named.find(|(name, value)| is_label(name, label) && label_in(value).is_some());
        found.map(|(name, _)| name.clone())
    })?;
    let value = properties.remove(&name)?;
    label_in(&value).map(str::to_owned)
}

fn label_in(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("@value")?.as_str())
}

/// A value that is no reference. References within it would be edges that nobody sees.
pub(super) fn literal(
    context: &Context,
    value: Json<'_>,
    name: &str,
) -> Result<Value, FormatError> {
    let is_json = is_json(context, value)?;
    let read = plain(context, value)?;
    match &read {
        Value::Array(_) if !is_json && refers(context, &read) => Err(ordered(value, name)),
        Value::Object(_) if !is_json && refers(context, &read) => Err(nested(value)),
        _ => Ok(read),
    }
}

fn is_json(context: &Context, value: Json<'_>) -> Result<bool, FormatError> {
    if !value.is_object() {
        return Ok(false);
    }
    let kind = (value.members("a value")?.into_iter())
        .find(|(name, _)| context.keyword(name) == "@type")
        .map(|(_, kind)| kind.value());
    Ok(kind.transpose()?.is_some_and(|kind| kind == "@json"))
}

/// Whether something in a value refers to a node.
fn refers(context: &Context, value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| refers(context, item)),
        Value::Object(members) => members.iter().any(|(name, value)| {
            let values = context.term(name).map(|term| term.values);
            let is_coerced = matches!(values, Some(Values::Nodes | Values::Terms));
            is_coerced || context.keyword(name) == "@id" || refers(context, value)
        }),
        _ => false,
    }
}

/// A value as JSON: literals are unwrapped, unless a language or a type would be lost.
pub(super) fn plain(context: &Context, value: Json<'_>) -> Result<Value, FormatError> {
    let mut read = value.value()?;
    let Some(members) = read.as_object_mut() else {
        return Ok(read);
    };
    let aliases = members.keys().filter(|name| context.keyword(name) != *name);
    for alias in aliases.cloned().collect::<Vec<_>>() {
        if let Some(member) = members.remove(&alias) {
            members.insert(context.keyword(&alias).to_owned(), member);
        }
    }
    let is_bare = members.len() == 1;
    let is_json = members.get("@type").is_some_and(|kind| kind == "@json");
    if (is_bare || is_json) && members.contains_key("@value") {
        return Ok(members.remove("@value").unwrap_or_default());
    }
    for list in ["@list", "@set"] {
        if is_bare && let Some(items) = members.remove(list) {
            return Ok(items);
        }
    }
    Ok(read)
}

pub(super) fn text_of(
    context: &Context,
    value: Json<'_>,
    what: &str,
) -> Result<String, FormatError> {
    match plain(context, value)? {
        Value::String(text) => Ok(text),
        _ => Err(value.refuse(format!("{what} must be a string"))),
    }
}

pub(super) fn unknown(value: Json<'_>, keyword: &str) -> FormatError {
    value.refuse(format!(
        "{keyword} is not supported here: flatten the document first"
    ))
}

pub(super) fn nested(value: Json<'_>) -> FormatError {
    value.refuse("a node within a node: flatten the document first")
}

pub(super) fn ordered(value: Json<'_>, name: &str) -> FormatError {
    value.refuse(format!(
        "{name:?} is an ordered list of nodes, and edges have no order: write it without a list"
    ))
}
