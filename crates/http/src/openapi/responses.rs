//! The refusals of an operation: what it lists itself, and what all of its kind share.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    catalogue::ErrorCode,
    operation::{Access, Operation},
};
use crate::{
    contract,
    error::{ErrorBody, FieldError},
};

type Codes = BTreeMap<u16, BTreeSet<String>>;

/// What any request may be refused with, before a route sees it or by its body.
const ALWAYS: [&str; 9] = [
    "400 HOST_INVALID",
    "400 REQUEST_MALFORMED",
    "400 DIGEST_INVALID",
    "403 HOST_NOT_ALLOWED",
    "414 URI_TOO_LONG",
    "415 CONTENT_ENCODING_NOT_SUPPORTED",
    "431 HEADERS_TOO_LARGE",
    "500 INTERNAL_ERROR",
    "501 TRANSFER_ENCODING_NOT_SUPPORTED",
];
const CONNECTION: [&str; 3] = [
    "408 BODY_STALLED",
    "408 HEAD_TIMED_OUT",
    "503 TOO_MANY_CONNECTIONS",
];
/// Where the server limits size and time.
const LIMITED: [&str; 2] = ["413 BODY_TOO_LARGE", "504 TIMED_OUT"];
const KEYS: [&str; 3] = [
    "401 AUTH_INVALID_TOKEN",
    "401 AUTH_MISSING_TOKEN",
    "429 AUTH_TOO_MANY_ATTEMPTS",
];
const DATABASE: [&str; 5] = [
    "503 DATABASE_BUSY",
    "503 DATABASE_CLOSED",
    "503 DATABASE_FAILED",
    "503 DATABASE_REPLACED",
    "503 DATABASE_UNAVAILABLE",
];
const CHANGES: [&str; 7] = [
    "403 ORIGIN_NOT_ALLOWED",
    "409 CONSTRAINT_VIOLATED",
    "409 DATABASE_FAILED",
    "503 DATABASE_READ_ONLY",
    "503 OUTCOME_UNKNOWN",
    "504 OUTCOME_UNKNOWN",
    "507 STORAGE_FULL",
];
const PARAMETERS: [&str; 1] = ["422 VALIDATION_FAILED"];
const BODY: [&str; 2] = ["400 BODY_UNREADABLE", "400 DIGEST_MISMATCH"];
const JSON_BODY: [&str; 3] = [
    "400 INVALID_JSON",
    "415 UNSUPPORTED_MEDIA_TYPE",
    "422 VALIDATION_FAILED",
];
const NEGOTIATED: [&str; 1] = ["406 NOT_ACCEPTABLE"];
const PUT: [&str; 1] = ["400 CONTENT_RANGE_NOT_SUPPORTED"];

/// The codes of one field each, in the list `errors` of a 422.
const FIELD_CODES: [&str; 5] = [
    "DUPLICATE_FIELD",
    "INVALID_TYPE",
    "INVALID_VALUE",
    "MISSING_FIELD",
    "UNKNOWN_FIELD",
];

/// Adds the refusals to an operation.
pub(super) fn add(
    mut operation: Operation<'_>,
    access: Access,
    common: &[&str],
    catalogue: &[ErrorCode],
) {
    let mut codes = Codes::new();
    for line in kinds(&operation, access) {
        note(&mut codes, line);
    }
    if access != Access::Open {
        common.iter().for_each(|line| note(&mut codes, line));
    }
    for list in operation.take_extensions("x-errors") {
        let lines = list.as_array().into_iter().flatten();
        lines
            .filter_map(Value::as_str)
            .for_each(|line| note(&mut codes, line));
    }
    let responses = operation
        .value
        .entry("responses")
        .or_insert_with(|| json!({}));
    let Some(responses) = responses.as_object_mut() else {
        return;
    };
    name_successes(responses);
    for (status, codes) in codes {
        let entry = response(status, &codes, catalogue);
        // What the handler itself says of a status stays.
        responses.entry(status.to_string()).or_insert(entry);
    }
}

fn kinds(operation: &Operation<'_>, access: Access) -> Vec<&'static str> {
    let mut lines: Vec<&str> = [&ALWAYS[..], &CONNECTION].concat();
    if access != Access::Streaming {
        lines.extend(LIMITED);
    }
    if access != Access::Open {
        lines.extend(KEYS);
        lines.extend(DATABASE);
    }
    if !operation.is_safe() {
        lines.extend(CHANGES);
    }
    if operation.has_parameters() {
        lines.extend(PARAMETERS);
    }
    if operation.value.contains_key("requestBody") {
        lines.extend(BODY);
    }
    if operation.takes("application/json") {
        lines.extend(JSON_BODY);
    }
    if !contract::media_types(&Value::Object(operation.value.clone())).is_empty() {
        lines.extend(NEGOTIATED);
    }
    if operation.method == "put" {
        lines.extend(PUT);
    }
    lines
}

/// A line such as `404 PROJECT_NOT_FOUND`.
fn note(codes: &mut Codes, line: &str) {
    let parsed = line
        .split_once(' ')
        .and_then(|(status, code)| Some((status.parse().ok()?, code)));
    debug_assert!(parsed.is_some(), "{line} is no status and code");
    if let Some((status, code)) = parsed {
        codes.entry(status).or_default().insert(code.to_owned());
    }
}

/// A response must have a description; 201 and what was stored say where it is.
fn name_successes(responses: &mut Map<String, Value>) {
    for (status, response) in responses {
        let Some(response) = response.as_object_mut() else {
            continue;
        };
        let reason = reason(status.parse().unwrap_or(0));
        let description = response.entry("description").or_insert_with(|| json!(""));
        if description == "" {
            *description = json!(reason);
        }
        if status == "201" {
            let location = json!({
                "description": "The path of what was created",
                "required": true,
                "schema": {"type": "string", "format": "uri-reference"}
            });
            let headers = response.entry("headers").or_insert_with(|| json!({}));
            if let Some(headers) = headers.as_object_mut() {
                headers.insert("Location".to_owned(), location);
            }
        }
    }
}

fn response(status: u16, codes: &BTreeSet<String>, catalogue: &[ErrorCode]) -> Value {
    let mut description = reason(status).to_owned();
    let mut examples = Map::new();
    for code in codes {
        let known = catalogue.iter().find(|known| known.code == *code);
        let meaning = known.map_or("", |known| known.meaning.as_str());
        description.push_str(&format!("\n- `{code}`: {meaning}"));
        examples.insert(
            code.clone(),
            json!({"value": example(status, code, meaning)}),
        );
    }
    let mut response = json!({
        "description": description,
        "x-error-codes": codes,
        "content": content(&examples),
    });
    if status == 422 {
        response["x-field-codes"] = json!(FIELD_CODES);
    }
    for (name, about) in headers(status) {
        response["headers"][name] = json!({"description": about, "schema": {"type": "string"}});
    }
    response
}

fn content(examples: &Map<String, Value>) -> Value {
    let schema = json!({"$ref": "#/components/schemas/Error"});
    json!({
        "application/json": {"schema": schema, "examples": examples},
        "application/problem+json": {"schema": schema, "examples": examples},
    })
}

fn headers(status: u16) -> &'static [(&'static str, &'static str)] {
    match status {
        401 => &[("WWW-Authenticate", "`Bearer`")],
        416 => &[("Content-Range", "The size of the whole")],
        429 | 503 => &[("Retry-After", "The seconds to wait before trying again")],
        _ => &[],
    }
}

fn example(status: u16, code: &str, meaning: &str) -> Value {
    let errors = match status {
        422 => vec![FieldError {
            field: Some("title".to_owned()),
            detail: meaning.to_owned(),
            code: code.to_owned().into(),
        }],
        _ => Vec::new(),
    };
    let body = ErrorBody::example(status, code, meaning, errors);
    serde_json::to_value(body).unwrap_or_default()
}

fn reason(status: u16) -> &'static str {
    let status = StatusCode::from_u16(status).ok();
    let reason = status.and_then(|status| status.canonical_reason());
    reason.unwrap_or("A response")
}

/// Responses that are the same at several operations are said once, and referred to.
pub(super) fn add_shared(document: &mut Value, catalogue: &[ErrorCode]) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    each_refusal(document, |_, response| {
        *count.entry(response.to_string()).or_default() += 1;
    });
    let mut shared: BTreeMap<String, (String, Value)> = BTreeMap::new();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    each_refusal(document, |status, response| {
        let text = response.to_string();
        if count.get(&text).copied().unwrap_or(0) < 2 {
            return;
        }
        let (name, _) = shared.entry(text).or_insert_with(|| {
            let base = reason(status.parse().unwrap_or(0)).replace([' ', '-'], "");
            let number = taken.entry(base.clone()).or_default();
            *number += 1;
            let name = if *number == 1 {
                base
            } else {
                format!("{base}{number}")
            };
            (name, response.clone())
        });
        *response = json!({"$ref": format!("#/components/responses/{name}")});
    });
    let responses: Map<String, Value> = shared.into_values().collect();
    document["components"]["responses"] = Value::Object(responses);
    let all: Map<String, Value> = catalogue
        .iter()
        .map(|known| {
            let about = json!({"meaning": known.meaning, "remedy": known.remedy});
            (known.code.clone(), about)
        })
        .collect();
    document["x-error-codes"] = Value::Object(all);
}

fn each_refusal(document: &mut Value, mut see: impl FnMut(&str, &mut Value)) {
    for operation in super::operation::all_mut(document) {
        let responses = operation.value.get_mut("responses");
        let responses = responses.and_then(Value::as_object_mut);
        for (status, response) in responses.into_iter().flatten() {
            if response.get("x-error-codes").is_some() {
                see(status, response);
            }
        }
    }
}
