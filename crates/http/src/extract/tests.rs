//! Wrong input is refused with its exact place.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use super::*;

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct NewThing {
    title: String,
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Deserialize, Debug)]
#[expect(dead_code, reason = "only its parsing is of interest")]
struct Part {
    size: u32,
}

#[derive(Deserialize, Debug)]
struct ThingId(#[expect(dead_code, reason = "only its parsing is of interest")] Uuid);

#[derive(Deserialize)]
struct Filter {
    size: u32,
}

fn router() -> Router {
    Router::new()
        .route(
            "/things",
            post(|Json(thing): Json<NewThing>| async move {
                Json(json!({"title": thing.title, "parts": thing.parts.len()}))
            }),
        )
        .route("/things/{id}", get(async |_: Path<ThingId>| ()))
        .route("/named/{name}", get(async |_: Path<String>| ()))
        .route(
            "/things/{id}/parts/{size}",
            get(async |_: Path<(Uuid, u32)>| ()),
        )
        .route(
            "/search",
            get(|Query(filter): Query<Filter>| async move { filter.size.to_string() }),
        )
}

async fn send(request: Request<Body>) -> (u16, Value) {
    let response = router().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

async fn post_json(text: impl Into<Body>) -> (u16, Value) {
    let request = Request::post("/things")
        .header("content-type", "application/json; charset=utf-8")
        .body(text.into())
        .unwrap();
    send(request).await
}

async fn get_path(path: &str) -> (u16, Value) {
    send(Request::get(path).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn json_that_fits_is_taken() {
    let (status, body) = post_json(r#"{"title":"Lamp","parts":[{"size":3}]}"#).await;
    assert_eq!((status, body), (200, json!({"title": "Lamp", "parts": 1})));
}

#[tokio::test]
async fn broken_json_is_reported_with_line_and_column() {
    for text in ["{\n  \"title\": }", "{\"title\":\"a\"} trailing", ""] {
        let (status, body) = post_json(text).await;
        assert_eq!((status, &body["code"]), (400, &json!("INVALID_JSON")));
        let detail = body["detail"].as_str().unwrap();
        assert!(
            detail.contains("line ") && detail.contains("column "),
            "{detail}"
        );
    }
    let (status, body) = post_json(&b"{\"title\":\"\xff\"}"[..]).await;
    assert_eq!((status, &body["code"]), (400, &json!("INVALID_JSON")));
}

#[tokio::test]
async fn the_path_leads_to_the_wrong_field() {
    for (text, field, code) in [
        (r#"{"title":3}"#, "title", "INVALID_TYPE"),
        (r#"{"parts":[]}"#, "title", "MISSING_FIELD"),
        (
            r#"{"title":"a","parts":[{"size":1},{}]}"#,
            "parts[1].size",
            "MISSING_FIELD",
        ),
        (
            r#"{"title":"a","parts":[{"size":-1}]}"#,
            "parts[0].size",
            "INVALID_VALUE",
        ),
        (r#"{"title":"a","colour":1}"#, "colour", "UNKNOWN_FIELD"),
    ] {
        let (status, body) = post_json(text).await;
        assert_eq!(
            (status, &body["code"]),
            (422, &json!("VALIDATION_FAILED")),
            "{text}"
        );
        assert_eq!(body["field"], field, "{text}: {body}");
        assert_eq!(body["errors"][0]["code"], code, "{text}: {body}");
    }
}

#[tokio::test]
async fn another_content_type_is_refused() {
    for content_type in ["text/plain", "application/jsonish", ""] {
        let request = Request::post("/things")
            .header("content-type", content_type)
            .body(Body::from("{}"))
            .unwrap();
        let (status, body) = send(request).await;
        assert_eq!(
            (status, &body["code"]),
            (415, &json!("UNSUPPORTED_MEDIA_TYPE"))
        );
    }
}

#[tokio::test]
async fn a_broken_uuid_is_reported_by_the_name_of_its_parameter() {
    let (status, body) = get_path("/things/42").await;
    assert_eq!((status, &body["code"]), (422, &json!("VALIDATION_FAILED")));
    assert_eq!(body["field"], "id", "{body}");

    let (status, body) = get_path("/things/01890a5d-ac96-774b-bcce-b302099a8057/parts/big").await;
    assert_eq!(status, 422);
    assert_eq!(body["field"], "size", "{body}");

    let (status, body) = get_path("/things/%ff").await;
    assert_eq!((status, &body["field"]), (422, &json!("id")), "{body}");
}

#[tokio::test]
async fn wrong_queries_are_reported_by_parameter() {
    assert_eq!(get_path("/search?size=3").await.0, 200);
    let (status, body) = get_path("/search?size=big").await;
    assert_eq!((status, &body["field"]), (422, &json!("size")), "{body}");
    let (status, body) = get_path("/search").await;
    assert_eq!((status, &body["field"]), (422, &json!("size")), "{body}");
}

#[tokio::test]
async fn a_parameter_with_nul_is_refused_by_its_name() {
    for (path, field) in [
        ("/search?size=%00", "size"),
        ("/search?size=3&word=a%00b", "word"),
        ("/named/%00", "name"),
    ] {
        let (status, body) = get_path(path).await;
        assert_eq!((status, &body["field"]), (422, &json!(field)), "{body}");
        assert_eq!(body["errors"][0]["code"], "INVALID_VALUE", "{body}");
    }
    assert_eq!(
        get_path("/named/%2500").await.0,
        200,
        "a text of three letters"
    );
    assert_eq!(get_path("/search?size=3&word=%2500").await.0, 200);
}
