//! The layers, each from both sides.

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Method, Request},
    routing::{get, post},
};
use futures_util::StreamExt;
use groundwork_core::config::{ApiKey, KeyHash};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::{Caller, Json, RequestId, health};

fn options() -> Options {
    Options {
        request_timeout: Duration::from_secs(5),
        max_body_bytes: 100,
        allowed_origins: Vec::new(),
        auth: Auth::default(),
        trusted_proxies: Vec::new(),
        on_loopback: true,
        clock: Clock::system(),
    }
}

fn with_key() -> Options {
    Options {
        auth: Auth {
            keys: vec![ApiKey {
                name: "laptop".to_owned(),
                sha256: KeyHash::of("open sesame"),
            }],
        },
        ..options()
    }
}

async fn panics() {
    panic!("the lamp is broken");
}

async fn hangs() {
    std::future::pending::<()>().await;
}

fn app(options: &Options) -> Router {
    let guarded = Router::new()
        .route(
            "/things",
            get(async || "things").post(async |body: Json<Value>| body),
        )
        .route("/size", post(async |body: Bytes| body.len().to_string()))
        .route("/panics", get(panics))
        .route("/hangs", get(hangs))
        .route(
            "/whoami",
            get(async |request: axum::extract::Request| {
                let id = request
                    .extensions()
                    .get::<RequestId>()
                    .unwrap()
                    .as_str()
                    .to_owned();
                let caller = request.extensions().get::<Caller>();
                Json(json!({"id": id, "caller": caller.map(|caller| caller.name.clone())}))
            }),
        );
    let streaming = Router::new().route(
        "/files",
        post(async |body: Bytes| body.len().to_string()).get(async || "a file"),
    );
    let routes = Routes {
        open: health(Vec::new()),
        guarded,
        streaming,
        ..Routes::default()
    };
    service(routes, options)
}

struct TestResponse {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

async fn send(options: &Options, request: Request<Body>) -> TestResponse {
    let response = app(options).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    TestResponse {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: serde_json::from_slice(&body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned())),
    }
}

fn request(method: Method, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

async fn ask(options: &Options, path: &str, headers: &[(&str, &str)]) -> TestResponse {
    send(options, request(Method::GET, path, headers)).await
}

#[tokio::test]
async fn a_wrong_path_is_answered_in_the_common_shape() {
    let answer = ask(&options(), "/thongs", &[]).await;
    assert_eq!(answer.status, 404);
    assert_eq!(
        answer.body,
        json!({"detail": "there is nothing at /thongs", "code": "ROUTE_NOT_FOUND", "status": 404,
               "title": "Route not found", "type": "/docs/errors/ROUTE_NOT_FOUND"})
    );
}

#[tokio::test]
async fn a_wrong_method_is_answered_with_the_right_ones() {
    let answer = send(&options(), request(Method::DELETE, "/things", &[])).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (405, &json!("METHOD_NOT_ALLOWED"))
    );
    assert_eq!(answer.headers["allow"], "GET,HEAD,POST");
    let answer = send(&options(), request(Method::POST, "/health", &[])).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (405, &json!("METHOD_NOT_ALLOWED"))
    );
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_security_headers() {
    for path in ["/things", "/thongs", "/panics", "/health"] {
        let answer = ask(&options(), path, &[]).await;
        assert_eq!(
            answer.headers["x-content-type-options"], "nosniff",
            "{path}"
        );
        assert_eq!(answer.headers["x-request-id"].len(), 36, "{path}");
    }
}

#[tokio::test]
async fn the_caller_may_choose_the_request_id() {
    let answer = ask(&options(), "/whoami", &[("x-request-id", "mine-7")]).await;
    assert_eq!(answer.headers["x-request-id"], "mine-7");
    assert_eq!(answer.body["id"], "mine-7");
}

#[tokio::test]
async fn a_panic_is_answered_and_reveals_nothing() {
    let answer = ask(&options(), "/panics", &[]).await;
    assert_eq!(answer.status, 500);
    assert_eq!(
        answer.body,
        json!({"detail": "Internal server error", "code": "INTERNAL_ERROR", "status": 500,
               "title": "Internal error", "type": "/docs/errors/INTERNAL_ERROR"})
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_that_takes_too_long_is_answered() {
    let answer = ask(&options(), "/hangs", &[]).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (504, &json!("TIMED_OUT"))
    );
}

#[tokio::test]
async fn a_body_may_be_as_large_as_the_limit() {
    let sized = |bytes: usize| {
        Request::post("/size")
            .body(Body::from(vec![b'a'; bytes]))
            .unwrap()
    };
    assert_eq!(send(&options(), sized(100)).await.body, json!(100));

    let announced = Request::post("/size")
        .header("content-length", "101")
        .body(Body::from(vec![b'a'; 101]))
        .unwrap();
    let answer = send(&options(), announced).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (413, &json!("BODY_TOO_LARGE"))
    );
}

#[tokio::test]
async fn a_body_that_hides_its_size_is_cut_off_too() {
    let chunks = futures_util::stream::iter(
        (0..20).map(|_| Ok::<_, std::io::Error>(Bytes::from_static(b"          "))),
    );
    let request = Request::post("/things")
        .header("content-type", "application/json")
        .body(Body::from_stream(chunks))
        .unwrap();
    let answer = send(&options(), request).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (413, &json!("BODY_TOO_LARGE"))
    );
}

#[tokio::test]
async fn without_keys_the_api_is_open() {
    let answer = ask(&options(), "/whoami", &[]).await;
    assert_eq!((answer.status, &answer.body["caller"]), (200, &Value::Null));
}

#[tokio::test]
async fn with_keys_a_key_is_required() {
    let answer = ask(&with_key(), "/things", &[]).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (401, &json!("AUTH_MISSING_TOKEN"))
    );
    assert_eq!(answer.headers["www-authenticate"], "Bearer");

    for value in [
        "Bearer wrong",
        "Basic open sesame",
        "open sesame",
        "Bearer ",
    ] {
        let answer = ask(&with_key(), "/things", &[("authorization", value)]).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (401, &json!("AUTH_INVALID_TOKEN"))
        );
    }

    let answer = ask(
        &with_key(),
        "/whoami",
        &[("authorization", "bearer open sesame")],
    )
    .await;
    assert_eq!(
        (answer.status, &answer.body["caller"]),
        (200, &json!("laptop"))
    );
}

#[tokio::test]
async fn open_routes_need_no_key() {
    assert_eq!(ask(&with_key(), "/health", &[]).await.status, 200);
    assert_eq!(ask(&with_key(), "/thongs", &[]).await.status, 404);
}

#[tokio::test]
async fn an_open_api_answers_only_by_names_of_this_machine() {
    for host in [
        "localhost:8000",
        "127.0.0.1:8000",
        "[::1]:8000",
        "localhost",
    ] {
        assert_eq!(
            ask(&options(), "/things", &[("host", host)]).await.status,
            200,
            "{host}"
        );
    }
    for host in [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
    ] {
        let answer = ask(&options(), "/things", &[("host", host)]).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (403, &json!("HOST_NOT_ALLOWED"))
        );
    }
    let proxied = [
        ("host", "studio.example"),
        ("authorization", "Bearer open sesame"),
    ];
    assert_eq!(ask(&with_key(), "/things", &proxied).await.status, 200);
}

#[tokio::test]
async fn only_allowed_origins_may_read_answers() {
    let options = Options {
        allowed_origins: vec!["https://studio.example".to_owned()],
        ..with_key()
    };
    let preflight = |origin: &str| {
        request(
            Method::OPTIONS,
            "/things",
            &[
                ("origin", origin),
                ("access-control-request-method", "POST"),
                (
                    "access-control-request-headers",
                    "authorization,content-type",
                ),
            ],
        )
    };
    let answer = send(&options, preflight("https://studio.example")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.headers["access-control-allow-origin"],
        "https://studio.example"
    );
    let answer = send(&options, preflight("https://evil.example")).await;
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn without_keys_pages_of_other_origins_change_nothing() {
    let evil = [("origin", "https://evil.example")];
    for path in ["/size", "/files"] {
        let answer = send(&options(), request(Method::POST, path, &evil)).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (403, &json!("ORIGIN_NOT_ALLOWED"))
        );
        assert_eq!(
            send(&options(), request(Method::POST, path, &[]))
                .await
                .status,
            200
        );
    }
    assert_eq!(ask(&options(), "/things", &evil).await.status, 200);
    let allowed = Options {
        allowed_origins: vec!["https://evil.example".to_owned()],
        ..options()
    };
    assert_eq!(
        send(&allowed, request(Method::POST, "/size", &evil))
            .await
            .status,
        200
    );
    // A key says more than an origin.
    let with_both = [evil[0], ("authorization", "Bearer open sesame")];
    let answer = send(&with_key(), request(Method::POST, "/size", &with_both)).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_streamed_body_may_be_larger_than_others() {
    let large = || Body::from(vec![b'x'; 101]);
    let limited = Request::post("/size").body(large()).unwrap();
    assert_eq!(send(&options(), limited).await.status, 413);
    let streamed = Request::post("/files").body(large()).unwrap();
    let answer = send(&options(), streamed).await;
    assert_eq!((answer.status, answer.body), (200, json!(101)));
}

#[tokio::test(start_paused = true)]
async fn a_streamed_body_may_take_its_time_but_not_stand_still() {
    let every = |pause: u64| {
        let chunks = futures_util::stream::iter(0..4).then(move |_| async move {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            Ok::<_, std::io::Error>("x")
        });
        Request::post("/files")
            .body(Body::from_stream(chunks))
            .unwrap()
    };
    assert_eq!(send(&options(), every(4)).await.status, 200);
    let answer = send(&options(), every(6)).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (408, &json!("BODY_STALLED"))
    );
    assert_eq!(answer.headers["connection"], "close");
}

#[tokio::test]
async fn streaming_routes_are_guarded_and_answer_wrong_methods_like_all_others() {
    let answer = ask(&with_key(), "/files", &[]).await;
    assert_eq!(answer.status, 401);
    let answer = send(&options(), request(Method::DELETE, "/files", &[])).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (405, &json!("METHOD_NOT_ALLOWED"))
    );
}

#[tokio::test]
async fn a_panic_is_answered_to_a_page_that_may_read_it() {
    let options = Options {
        allowed_origins: vec!["https://studio.example".to_owned()],
        ..options()
    };
    let origin = [("origin", "https://studio.example")];
    let answer = ask(&options, "/panics", &origin).await;
    assert_eq!(answer.status, 500);
    assert_eq!(
        answer.headers["access-control-allow-origin"],
        "https://studio.example"
    );
}

#[tokio::test]
async fn an_error_is_a_problem_where_that_is_asked_for() {
    for (accept, media_type) in [
        ("application/problem+json", "application/problem+json"),
        (
            "application/json, application/problem+json;q=0.5",
            "application/problem+json",
        ),
        ("application/json", "application/json"),
        ("application/problem+json;q=0", "application/json"),
    ] {
        let answer = ask(&options(), "/thongs", &[("accept", accept)]).await;
        assert_eq!(answer.headers["content-type"], media_type, "{accept}");
        assert_eq!(answer.body["type"], "/docs/errors/ROUTE_NOT_FOUND");
    }
    let fine = ask(
        &options(),
        "/whoami",
        &[("accept", "application/problem+json")],
    )
    .await;
    assert_eq!(fine.headers["content-type"], "application/json");
}

/// A list with one parameter.
#[utoipa::path(
    get, path = "/list", operation_id = "list_things",
    params(("limit" = Option<u8>, Query, description = "How many")),
    responses((status = 200, description = "Some", body = String))
)]
async fn list() -> &'static str {
    "[]"
}

#[tokio::test]
async fn a_request_is_held_to_the_document() {
    let documented = || {
        let router = utoipa_axum::router::OpenApiRouter::new();
        router.routes(utoipa_axum::routes!(list)).split_for_parts()
    };
    let ask = async |path: &str, accept: &str| {
        let (guarded, described) = documented();
        let described = crate::Described {
            guarded: described,
            ..crate::Described::default()
        };
        let routes = Routes {
            guarded,
            document: Document::new(&crate::About::default(), described),
            ..Routes::default()
        };
        let request = request(Method::GET, path, &[("accept", accept)]);
        let response = service(routes, &options()).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (
            status,
            serde_json::from_slice::<Value>(&body).unwrap_or_default(),
        )
    };
    assert_eq!(ask("/list?limit=1", "*/*").await.0, 200);
    let (status, body) = ask("/list?offset=1&limit=1&page=2", "*/*").await;
    assert_eq!(status, 422);
    let fields: Vec<&Value> = body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["field"])
        .collect();
    assert_eq!(fields, ["offset", "page"]);
    assert_eq!(body["errors"][0]["code"], "UNKNOWN_FIELD");
    let (status, body) = ask("/list", "image/png").await;
    assert_eq!((status, &body["code"]), (406, &json!("NOT_ACCEPTABLE")));
    assert_eq!(ask("/openapi.json", "*/*").await.0, 200);
}
