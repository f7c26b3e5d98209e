//! An example for each body that has none: put together from those of its fields.

use serde_json::{Map, Value, json};

use super::operation;

/// Adds the examples.
pub(super) fn add(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    for operation in operation::all_mut(document) {
        let body = operation.value.get_mut("requestBody");
        add_to(body.and_then(|body| body.get_mut("content")), &schemas);
        let responses = operation.value.get_mut("responses");
        for (_, response) in responses
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
        {
            add_to(response.get_mut("content"), &schemas);
        }
        let parameters = operation.value.get_mut("parameters");
        for parameter in parameters
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            let schema = parameter.get("schema");
            // A cursor of one list is none of another: no example would do.
            let schema = schema.filter(|schema| schema.get("pattern").is_none());
            let example = schema.map(|schema| of(schema, &schemas, 0));
            if let (Some(example), None) = (example, parameter.get("example")) {
                parameter["example"] = example;
            }
        }
    }
}

fn add_to(content: Option<&mut Value>, schemas: &Value) {
    let content = content.and_then(Value::as_object_mut);
    for (media_type, body) in content.into_iter().flatten() {
        let has_one = body.get("example").is_some() || body.get("examples").is_some();
        let is_json = media_type.ends_with("json");
        if let (Some(schema), false, true) = (body.get("schema"), has_one, is_json) {
            body["example"] = of(schema, schemas, 0);
        }
    }
}

/// How deep an example goes: no schema of ours refers to itself, but one could.
const DEEPEST: usize = 12;

/// A value of the schema.
pub(super) fn of(schema: &Value, schemas: &Value, depth: usize) -> Value {
    if depth > DEEPEST {
        return Value::Null;
    }
    let given = schema.get("examples").and_then(|examples| examples.get(0));
    if let Some(given) = given
        .or_else(|| schema.get("default"))
        .or_else(|| schema.get("const"))
    {
        return given.clone();
    }
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let name = name.rsplit('/').next().unwrap_or_default();
        return of(&schemas[name], schemas, depth + 1);
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let mut whole = Map::new();
        for part in parts {
            if let Value::Object(part) = of(part, schemas, depth + 1) {
                whole.extend(part);
            }
        }
        return Value::Object(whole);
    }
    for choice in ["oneOf", "anyOf"] {
        let forms = schema.get(choice).and_then(Value::as_array);
        let form = forms.and_then(|forms| forms.iter().find(|form| form["type"] != "null"));
        if let Some(form) = form {
            return of(form, schemas, depth + 1);
        }
    }
    if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
        return first.clone();
    }
    by_type(schema, schemas, depth)
}

fn by_type(schema: &Value, schemas: &Value, depth: usize) -> Value {
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null"),
        kind => Some(kind),
    };
    match kind.and_then(Value::as_str) {
        Some("object") => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let properties = properties.into_iter().flatten();
            Value::Object(
                properties
                    .map(|(name, property)| (name.clone(), of(property, schemas, depth + 1)))
                    .collect(),
            )
        }
        Some("array") => json!([of(&schema["items"], schemas, depth + 1)]),
        Some("string") => text(schema),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(0)),
        Some("boolean") => json!(false),
        _ => Value::Null,
    }
}

fn text(schema: &Value) -> Value {
    json!(match schema["format"].as_str() {
        Some("uuid") => "0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21",
        Some("date-time") => "2026-05-01T12:00:00Z",
        Some("date") => "2026-05-01",
        Some("uri" | "uri-reference") => "https://groundwork.example/",
        _ => "text",
    })
}
