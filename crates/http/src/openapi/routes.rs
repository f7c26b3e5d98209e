//! `/openapi.json`, `/docs` and `/docs/errors`.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{document::Document, page};
use crate::{error::ApiError, extract::Path};

/// The pages may use the style beside them, and nothing else.
const HTML: [(HeaderName, &str); 2] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    ),
];

const STYLE: &str = include_str!("style.css");

/// What the routes show, made once.
#[derive(Debug)]
pub(super) struct Pages {
    json: Bytes,
    html: Bytes,
    errors: Bytes,
    codes: BTreeMap<String, Bytes>,
}

impl Pages {
    fn of(document: &Document) -> Self {
        let (value, codes) = (document.value(), &document.codes);
        Self {
            json: value.to_string().into(),
            html: page::whole(value).into(),
            errors: page::errors(value, codes).into(),
            codes: codes
                .iter()
                .map(|known| (known.code.clone(), page::error(value, known).into()))
                .collect(),
        }
    }
}

impl Document {
    /// The routes that show the document: `/openapi.json`, the page `/docs`, and `/docs/errors` with
    /// a page for each code. For everybody, as what they show is no secret. Without a document there
    /// are none.
    pub(crate) fn routes(&self) -> Router {
        if self.value().is_null() {
            return Router::new();
        }
        let pages = self.pages.get_or_init(|| Arc::new(Pages::of(self)));
        router()
            .route("/docs/style.css", get(style))
            .with_state(Arc::clone(pages))
            .into()
    }
}

/// What the routes say of themselves.
pub(super) fn described() -> OpenApi {
    router().into_openapi()
}

fn router() -> OpenApiRouter<Arc<Pages>> {
    OpenApiRouter::new()
        .routes(routes!(json))
        .routes(routes!(html))
        .routes(routes!(errors))
        .routes(routes!(error))
}

/// This document
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "get_openapi", tag = "operation",
    responses((status = 200, description = "The document", body = Value))
)]
async fn json(State(pages): State<Arc<Pages>>) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        pages.json.clone(),
    )
        .into_response()
}

/// This document as a page
#[utoipa::path(
    get, path = "/docs", operation_id = "get_docs", tag = "operation",
    responses((status = 200, description = "The page", body = String, content_type = "text/html"))
)]
async fn html(State(pages): State<Arc<Pages>>) -> Response {
    (HTML, pages.html.clone()).into_response()
}

/// The codes of errors as a page
#[utoipa::path(
    get, path = "/docs/errors", operation_id = "get_error_codes", tag = "operation",
    responses((status = 200, description = "The page", body = String, content_type = "text/html"))
)]
async fn errors(State(pages): State<Arc<Pages>>) -> Response {
    (HTML, pages.errors.clone()).into_response()
}

/// The page of a code
///
/// The `type` of an error leads here.
#[utoipa::path(
    get, path = "/docs/errors/{code}", operation_id = "get_error_code", tag = "operation",
    params(("code" = String, Path, description = "The code, such as `INTERNAL_ERROR`", example = "INTERNAL_ERROR")),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")),
    extensions(("x-errors" = json!(["404 ROUTE_NOT_FOUND"])))
)]
async fn error(State(pages): State<Arc<Pages>>, Path(code): Path<String>) -> Response {
    match pages.codes.get(&code) {
        Some(page) => (HTML, page.clone()).into_response(),
        None => ApiError::new(
            StatusCode::NOT_FOUND,
            "ROUTE_NOT_FOUND",
            format!("there is no error code {code:?}: /docs/errors lists all"),
        )
        .into_response(),
    }
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}
