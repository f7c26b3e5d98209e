//! The document: what the handlers say of themselves, completed by what all of them share.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use super::{
    catalogue::ErrorCode,
    examples, links,
    operation::{self, Access},
    responses,
    routes::Pages,
    schemas,
};

/// What a service says of itself in its document.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The name of the API.
    pub title: String,
    /// The version of the program.
    pub version: String,
    /// What the API is for; Markdown.
    pub description: String,
    /// The tags of its operations and what each is about, in their order.
    pub tags: Vec<(&'static str, &'static str)>,
    /// The codes of its own errors. Those of the foundation come by themselves.
    pub codes: Vec<ErrorCode>,
    /// What any guarded route may answer, such as `503 SCHEMA_NOT_READY`.
    pub errors: Vec<&'static str>,
}

/// What the routes of a service say of themselves, by who may call them, as in
/// [`Routes`](crate::Routes).
#[derive(Default)]
pub struct Described {
    /// For everybody.
    pub open: OpenApi,
    /// For callers with a key.
    pub guarded: OpenApi,
    /// For callers with a key, too: what takes or gives whole files.
    pub streaming: OpenApi,
}

/// The API's description, an OpenAPI 3.1 document.
///
/// A handler says at its place what it takes and answers. An extension whose name begins with
/// `x-errors` lists what it refuses, and `x-resource` the parameter of other paths that takes the id
/// in its answer.
///
/// ```
/// use groundwork_http::{About, Described, Document, Json};
/// use serde::Serialize;
/// use utoipa::ToSchema;
/// use utoipa_axum::{router::OpenApiRouter, routes};
///
/// /// A book.
/// #[derive(Serialize, ToSchema)]
/// struct Book {
///     /// What is on its cover.
///     #[schema(example = "Dune")]
///     title: String,
/// }
///
/// /// Reads a book.
/// #[utoipa::path(
///     get, path = "/api/books/{book}", operation_id = "get_book", tag = "books",
///     params(("book" = u32, Path, description = "The book's number")),
///     responses((status = 200, description = "The book", body = Book)),
///     extensions(("x-errors" = json!(["404 BOOK_NOT_FOUND"])))
/// )]
/// async fn show() -> Json<Book> {
///     Json(Book { title: "Dune".to_owned() })
/// }
///
/// let (guarded, described) = OpenApiRouter::new().routes(routes!(show)).split_for_parts();
/// let about = About { title: "Books".to_owned(), version: "1.0.0".to_owned(), ..About::default() };
/// let document = Document::new(&about, Described { guarded: described, ..Described::default() });
/// let book = &document.value()["paths"]["/api/books/{book}"]["get"];
/// assert_eq!(book["responses"]["404"]["x-error-codes"][0], "BOOK_NOT_FOUND");
/// # let _: axum::Router = guarded;
/// ```
#[derive(Clone, Debug, Default)]
pub struct Document {
    value: Value,
    pub(super) codes: Vec<ErrorCode>,
    /// Its pages, once somebody needs them; clones share them.
    pub(super) pages: Arc<OnceLock<Arc<Pages>>>,
}

impl Document {
    /// Completes what the routes say of themselves.
    #[must_use]
    pub fn new(about: &About, described: Described) -> Self {
        let codes = ErrorCode::all(&about.codes);
        let mut all = begin(about);
        for (access, api) in [
            (Access::Open, with_own(described.open)),
            (Access::Guarded, with_metrics(described.guarded)),
            (Access::Streaming, described.streaming),
        ] {
            let mut part = to_value(&api);
            schemas::finish(&mut part);
            for mut operation in operation::all_mut(&mut part) {
                operation.protect(access);
                responses::add(operation, access, &about.errors, &codes);
            }
            merge(&mut all, part);
        }
        let mut all = Value::Object(all);
        schemas::require_what_is_answered(&mut all);
        responses::add_shared(&mut all, &codes);
        links::add(&mut all);
        examples::add(&mut all);
        Self {
            value: all,
            codes,
            pages: Arc::default(),
        }
    }

    /// The document.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The document as a text that is kept in a repository: indented, and the same each time.
    #[must_use]
    pub fn to_json(&self) -> String {
        format!("{:#}\n", self.value)
    }
}

/// The routes that every service has.
fn with_own(mut api: OpenApi) -> OpenApi {
    api.merge(crate::health::described());
    api.merge(super::routes::described());
    api
}

fn with_metrics(mut api: OpenApi) -> OpenApi {
    api.merge(crate::metrics::described());
    api
}

fn begin(about: &About) -> Map<String, Value> {
    let tags: Vec<Value> = about
        .tags
        .iter()
        .map(|(name, description)| json!({"name": name, "description": description}))
        .collect();
    let head = json!({
        "openapi": "3.1.0",
        "info": {
            "title": about.title,
            "version": about.version,
            "description": about.description,
            "license": {"name": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": {},
        "components": {
            "schemas": {},
            "securitySchemes": {
                "api_key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key. Without configured keys the API is open, to this \
                                    machine only."
                }
            }
        }
    });
    match head {
        Value::Object(head) => head,
        _ => Map::new(),
    }
}

fn to_value(api: &OpenApi) -> Value {
    let value = serde_json::to_value(api);
    debug_assert!(value.is_ok(), "a document is JSON");
    value.unwrap_or_default()
}

/// Adds paths and schemas.
fn merge(all: &mut Map<String, Value>, mut part: Value) {
    for (section, name) in [("/paths", "paths"), ("/components/schemas", "components")] {
        let Some(Value::Object(entries)) = part.pointer_mut(section).map(Value::take) else {
            continue;
        };
        let into = match name {
            "paths" => all.get_mut("paths"),
            _ => all
                .get_mut("components")
                .and_then(|components| components.get_mut("schemas")),
        };
        let Some(Value::Object(into)) = into else {
            continue;
        };
        for (key, value) in entries {
            match (into.get_mut(&key), value) {
                // Two parts may have methods of the same path.
                (Some(Value::Object(there)), Value::Object(more)) if name == "paths" => {
                    there.extend(more);
                }
                (_, value) => {
                    into.insert(key, value);
                }
            }
        }
    }
}
