//! Whether an answer is one that the document names.

use std::sync::LazyLock;

use groundwork_test::TestResponse;
use serde_json::Value;

static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

/// The document that is kept in the repository.
pub(super) fn document() -> Value {
    serde_json::from_str(&kept("openapi.json")).expect("a document")
}

/// A file of `docs`, read now: the document is written by the program of the same build.
pub(super) fn kept(name: &str) -> String {
    let path = format!("{}/../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("a file of docs")
}

/// Fails where a route answers with a status or a code that its operation does not name. What no
/// operation is asked for, such as a wrong path or method, passes.
pub(super) fn check(method: &str, path: &str, response: &TestResponse) {
    let path = path.split('?').next().unwrap_or_default();
    let Some(operation) = operation(method, path) else {
        return;
    };
    let status = response.status.to_string();
    let listed = resolved(&operation["responses"][&status]);
    assert!(
        listed.is_object(),
        "{method} {path} answers {status}, which the document does not name: {response:?}"
    );
    let is_json = response
        .header("content-type")
        .starts_with("application/json");
    if response.status >= 400 && is_json && listed.get("x-error-codes").is_some() {
        let body = response.json();
        let codes = listed["x-error-codes"].as_array().expect("codes");
        assert!(
            codes.contains(&body["code"]),
            "{method} {path} answers {status} with a code that the document does not name: {body}"
        );
    }
}

/// A response, which may be said elsewhere.
pub(super) fn resolved(response: &'static Value) -> &'static Value {
    match response["$ref"].as_str() {
        Some(target) => DOCUMENT.pointer(&target[1..]).expect("a response"),
        None => response,
    }
}

/// The operation for a path of a request.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let found = paths.iter().filter(|(template, _)| fits(template, path));
    // `/api/sentiment/movers` rather than a path with a parameter there.
    let (_, item) = found.min_by_key(|(template, _)| template.matches('{').count())?;
    item.get(method.to_ascii_lowercase())
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(&path)
            .all(|(wanted, is)| wanted == is || (wanted.starts_with('{') && !is.is_empty()))
}
