//! What the API says of itself.

use std::collections::{BTreeMap, BTreeSet};

use acceptance::{Engine, on_both_engines};
use serde_json::Value;

use super::{api::Api, documented};

/// Codes that no operation answers with, and why.
const OUTSIDE: [(&str, &[&str]); 4] = [
    (
        "no route has the path or the method",
        &["METHOD_NOT_ALLOWED", "ROUTE_NOT_FOUND"],
    ),
    (
        "of one field each, in the list of a 422",
        &[
            "DUPLICATE_FIELD",
            "INVALID_TYPE",
            "INVALID_VALUE",
            "MISSING_FIELD",
            "UNKNOWN_FIELD",
        ],
    ),
    (
        "a kind's own, where an error has no better one, or hidden behind INTERNAL_ERROR",
        &[
            "ALREADY_EXISTS",
            "CONFIGURATION",
            "CONFLICT",
            "DAMAGED",
            "DATABASE_ERROR",
            "FILE_FOREIGN",
            "FORBIDDEN",
            "FULL",
            "INTERNAL",
            "INVALID",
            "NOT_FOUND",
            "TOO_LARGE",
            "UNAUTHENTICATED",
            "UNAVAILABLE",
            "USAGE",
        ],
    ),
    (
        "only a command, a worker or the start has it",
        &[
            "ARTIFACT_DAMAGED",
            "DATABASE_IN_USE",
            "INPUT_UNREADABLE",
            "LEASE_LOST",
            "LINE_REFUSED",
            "PRODUCTION_CHANGED",
            "PRODUCTION_INVALID",
            "PRODUCTION_UNREADABLE",
            "TARGET_NOT_EMPTY",
            "TARGET_UNWRITABLE",
        ],
    ),
];

#[on_both_engines]
async fn the_document_of_the_repository_is_that_of_the_program_and_of_a_server(engine: Engine) {
    let api = Api::start(engine).await;
    let printed = api.home.groundwork(["openapi"]).await.succeeded();
    let kept = documented::kept("openapi.json");
    assert!(
        printed == kept,
        "docs/openapi.json is not current: cargo run -- openapi > docs/openapi.json"
    );
    assert_eq!(
        api.get("/openapi.json").await.with(200),
        documented::document()
    );
}

#[on_both_engines]
async fn the_pages_need_nothing_from_another_host_and_lead_somewhere(engine: Engine) {
    let api = Api::start(engine).await;
    for page in ["/docs", "/docs/errors", "/docs/errors/PROJECT_NOT_FOUND"] {
        let answer = api.get(page).await;
        assert_eq!(answer.status, 200, "{page}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'none'")
        );
        let html = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(
            !html.contains("<script") && !html.contains("src="),
            "{page}"
        );
        let links: BTreeSet<&str> = html
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        for link in links {
            match link.strip_prefix('#') {
                Some(id) => assert!(html.contains(&format!("id=\"{id}\"")), "{page}: #{id}"),
                None => {
                    let target = link.split('#').next().unwrap();
                    assert!(target.starts_with('/'), "{page} leads to {link}");
                }
            }
        }
    }
    let shown = api.get("/docs").await;
    let html = String::from_utf8(shown.body.to_vec()).unwrap();
    for (path, item) in documented::document()["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(
                html.contains(&format!("<section class=\"operation\" id=\"{id}\">")),
                "{path}"
            );
        }
    }
    assert_eq!(api.get("/docs/style.css").await.status, 200);
    api.get("/docs/errors/NO_SUCH_CODE")
        .await
        .refuses(404, "ROUTE_NOT_FOUND");
}

#[test]
fn every_operation_says_everything() {
    let document = documented::document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let here = format!("{method} {path}");
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            assert!(
                id.contains('_') && id.bytes().all(|b| b == b'_' || b.is_ascii_lowercase()),
                "{id}"
            );
            assert_eq!(ids.insert(id, here.clone()), None, "{here}");
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{here}");
            assert!(operation["tags"][0].is_string(), "{here}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = &parameter["name"];
                assert!(parameter["description"].is_string(), "{here}: {name}");
                let has_one = parameter.get("example").is_some();
                assert!(has_one || name == "after", "{here}: {name}");
            }
            bodies(&here, &operation["requestBody"]["content"]);
            let responses = operation["responses"].as_object().unwrap();
            assert!(
                responses.keys().any(|status| status.starts_with('2')),
                "{here}"
            );
            for response in responses.values() {
                if response.get("$ref").is_none() {
                    assert!(
                        !response["description"].as_str().unwrap().is_empty(),
                        "{here}"
                    );
                    bodies(&here, &response["content"]);
                }
            }
        }
    }
    assert!(ids.len() > 50, "{}", ids.len());
}

/// A body has a schema, and one of JSON an example.
fn bodies(here: &str, content: &Value) {
    for (media_type, body) in content.as_object().into_iter().flatten() {
        assert!(body["schema"].is_object(), "{here}: {media_type}");
        if media_type == "application/json" {
            let has_one = body.get("example").is_some() || body.get("examples").is_some();
            assert!(has_one, "{here}: {body}");
        }
    }
}

#[test]
fn the_page_of_errors_and_the_document_name_the_same_codes() {
    let document = documented::document();
    let named: BTreeSet<&str> = document["x-error-codes"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let page = documented::kept("errors.md");
    let page: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    assert_eq!(named, page);

    let mut answered = BTreeSet::new();
    gather(&document["paths"], &mut answered);
    gather(&document["components"]["responses"], &mut answered);
    let unknown: Vec<_> = answered
        .iter()
        .filter(|code| !named.contains(code.as_str()))
        .collect();
    assert!(unknown.is_empty(), "not explained: {unknown:?}");
    let outside: BTreeSet<&str> = OUTSIDE
        .iter()
        .flat_map(|(_, codes)| *codes)
        .copied()
        .collect();
    let silent: Vec<_> = named
        .iter()
        .filter(|code| !answered.contains(**code) && !outside.contains(**code))
        .collect();
    assert!(silent.is_empty(), "no operation answers with {silent:?}");
}

fn gather(value: &Value, codes: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let listed = members.get("x-error-codes").and_then(Value::as_array);
            codes.extend(
                listed
                    .into_iter()
                    .flatten()
                    .filter_map(|code| code.as_str().map(str::to_owned)),
            );
            members.values().for_each(|member| gather(member, codes));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, codes)),
        _ => {}
    }
}
