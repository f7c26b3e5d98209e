//! The schemas of a document, as a reader who knows no Rust wants them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use utoipa::ToSchema;

use super::operation;
use crate::error::{ErrorBody, FieldError};

const SCHEMAS: &str = "#/components/schemas/";

/// Gives generic pages good names, and turns Rust's words into JSON's.
pub(super) fn finish(document: &mut Value) {
    let schemas = document.pointer_mut("/components/schemas");
    if let Some(schemas) = schemas.and_then(Value::as_object_mut) {
        let names: Vec<String> = schemas.keys().cloned().collect();
        for name in names {
            if let (new, Some(mut schema)) = (renamed(&name), schemas.remove(&name)) {
                in_schema(&mut schema);
                schemas.insert(new, schema);
            }
        }
    }
    for_each(document, &mut |key, value| match (key, &mut *value) {
        ("$ref", Value::String(target)) => {
            if let Some(name) = target.strip_prefix(SCHEMAS) {
                *target = format!("{SCHEMAS}{}", renamed(name));
            }
        }
        ("description" | "summary", Value::String(text)) => *text = in_plain_words(text),
        ("schema", schema) => in_schema(schema),
        _ => {}
    });
}

/// `Page_Project` is a page of projects.
fn renamed(name: &str) -> String {
    match name.strip_prefix("Page_") {
        Some(item) => format!("{item}Page"),
        None => name.to_owned(),
    }
}

fn in_plain_words(text: &str) -> String {
    let text = text.replace("`None`", "`null`");
    // Links of rustdoc lead nowhere else.
    let text = text.replace("[`", "`").replace("`]", "`");
    text.trim_end().to_owned()
}

/// `example` is OpenAPI 3.0's.
fn in_schema(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if (members.contains_key("type") || members.contains_key("oneOf"))
                && let Some(example) = members.remove("example")
            {
                members.insert("examples".to_owned(), json!([example]));
            }
            if let Some(Value::Array(forms)) = members.get_mut("oneOf") {
                forms.iter_mut().for_each(close_tagged);
            }
            members
                .iter_mut()
                .filter(|(key, _)| !["examples", "default", "enum"].contains(&key.as_str()))
                .for_each(|(_, value)| in_schema(value));
        }
        Value::Array(items) => items.iter_mut().for_each(in_schema),
        _ => {}
    }
}

/// A form that a tag names has its own fields and no others, which a derive does not say.
fn close_tagged(form: &mut Value) {
    let properties = form.get("properties").and_then(Value::as_object);
    let is_tag = |property: &Value| {
        property["enum"]
            .as_array()
            .is_some_and(|texts| texts.len() == 1)
    };
    if properties.is_some_and(|properties| properties.values().any(is_tag)) {
        form["additionalProperties"] = json!(false);
    }
}

/// Calls `see` with every member of every object, from the outside in.
fn for_each(value: &mut Value, see: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                see(key, value);
                for_each(value, see);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| for_each(item, see)),
        _ => {}
    }
}

/// What is answered has all its fields, `null` or not: only what is taken may leave some out. A field
/// with `x-optional` may be left out in answers, too.
pub(super) fn require_what_is_answered(document: &mut Value) {
    add_errors(document);
    let (mut taken, mut answered) = (BTreeSet::new(), BTreeSet::new());
    let mut copy = document.clone();
    for operation in operation::all_mut(&mut copy) {
        for (part, names) in [("requestBody", &mut taken), ("responses", &mut answered)] {
            if let Some(part) = operation.value.get(part) {
                gather(part, document, names);
            }
        }
    }
    let schemas = document.pointer_mut("/components/schemas");
    for (name, schema) in schemas.and_then(Value::as_object_mut).into_iter().flatten() {
        if answered.contains(name) && !taken.contains(name) {
            require(schema);
        }
    }
    // A list that may be left out: an extension of a list becomes one of its items.
    let required = document.pointer_mut("/components/schemas/Error/required");
    if let Some(Value::Array(names)) = required {
        names.retain(|name| name != "errors");
    }
}

fn add_errors(document: &mut Value) {
    let schemas = [
        (
            ErrorBody::name(),
            serde_json::to_value(<ErrorBody as utoipa::PartialSchema>::schema()),
        ),
        (
            FieldError::name(),
            serde_json::to_value(<FieldError as utoipa::PartialSchema>::schema()),
        ),
    ];
    for (name, schema) in schemas {
        let mut schema = schema.unwrap_or_default();
        in_schema(&mut schema);
        document["components"]["schemas"][name.as_ref()] = schema;
    }
}

/// The names of the schemas that are referred to, directly or not.
fn gather(part: &Value, document: &Value, names: &mut BTreeSet<String>) {
    match part {
        Value::Object(members) => {
            let target = members.get("$ref").and_then(Value::as_str);
            let name = target.and_then(|target| target.strip_prefix(SCHEMAS));
            if let Some(name) = name
                && names.insert(name.to_owned())
            {
                gather(&document["components"]["schemas"][name], document, names);
            }
            members
                .values()
                .for_each(|value| gather(value, document, names));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, document, names)),
        _ => {}
    }
}

fn require(schema: &mut Value) {
    if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
        parts.iter_mut().for_each(require);
    }
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    let mut required = Vec::new();
    for (name, property) in properties {
        let optional = property
            .as_object_mut()
            .and_then(|property| property.remove("x-optional"));
        if optional.is_none() {
            required.push(name.clone());
        }
    }
    schema["required"] = json!(required);
}
