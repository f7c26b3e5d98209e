//! Whatever is wrong is answered in one shape.

use acceptance::{Engine, on_both_engines, wait_until};
use reqwest::Method;
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::{Value, json};

use super::api::{Api, NOBODY};

#[on_both_engines]
async fn wrong_paths_methods_bodies_and_ids_are_answered_in_one_shape(engine: Engine) {
    let api = Api::start(engine).await;
    api.get("/api/project")
        .await
        .refuses(404, "ROUTE_NOT_FOUND");
    api.get("/").await.refuses(404, "ROUTE_NOT_FOUND");

    let wrong = api.send(Method::DELETE, "/api/projects", &[], "").await;
    wrong.refuses(405, "METHOD_NOT_ALLOWED");
    assert_eq!(wrong.header("allow"), "GET,HEAD,POST");
    let scene = format!("/api/scenes/{NOBODY}/keyframes/start");
    let wrong = api.post(&scene, &json!({})).await;
    wrong.refuses(405, "METHOD_NOT_ALLOWED");

    const TWO_BODIES: &str = r#"{"title": "a", "prompt": "b", "style": "c"} {}"#;
    let json_type = [("content-type", "application/json")];
    for (body, status, code) in [
        ("{\"title\":", 400, "INVALID_JSON"),
        ("", 400, "INVALID_JSON"),
        (TWO_BODIES, 400, "INVALID_JSON"),
        ("[]", 422, "VALIDATION_FAILED"),
        ("null", 422, "VALIDATION_FAILED"),
    ] {
        let answer = api
            .send(Method::POST, "/api/projects", &json_type, body)
            .await;
        answer.refuses(status, code);
    }
    let body = json!({"title": "a", "prompt": "b", "style": "c"}).to_string();
    for content_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let headers = [("content-type", content_type)];
        let answer = api
            .send(Method::POST, "/api/projects", &headers, body.clone())
            .await;
        answer.refuses(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    let not_utf8: &[u8] = b"{\"title\": \"\xff\"}";
    let answer = api
        .send(Method::POST, "/api/projects", &json_type, not_utf8)
        .await;
    answer.refuses(400, "INVALID_JSON");

    for path in ["/api/projects/7", "/api/artifacts/lamp/content"] {
        api.get(path).await.refuses(422, "VALIDATION_FAILED");
    }
    let keyframe = format!("/api/scenes/{NOBODY}/keyframes/middle");
    api.get(&keyframe).await.refuses(422, "VALIDATION_FAILED");
    let pages = api.get("/api/projects?limit=0&after=yesterday").await;
    let error = pages.refuses(422, "VALIDATION_FAILED");
    assert_eq!(error["errors"].as_array().unwrap().len(), 2, "{error}");
}

#[on_both_engines]
async fn a_body_that_is_too_large_is_refused_whether_announced_or_not(engine: Engine) {
    let api = Api::start(engine).await;
    let title = "x".repeat(10 << 20);
    let body = json!({"title": title, "prompt": "a lamp", "style": "ink"});
    let answer = api.post("/api/projects", &body).await;
    answer.refuses(413, "BODY_TOO_LARGE");

    let chunks = vec![vec![b' '; 1 << 20]; 4];
    let chunks = chunks.into_iter().map(Ok::<_, std::io::Error>);
    let stream = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let headers = [("content-type", "application/json")];
    let answer = api
        .send(Method::POST, "/api/projects", &headers, stream)
        .await;
    answer.refuses(413, "BODY_TOO_LARGE");
}

#[on_both_engines]
async fn every_answer_names_its_request(engine: Engine) {
    let api = Api::start(engine).await;
    for path in ["/health", "/api/projects", "/nowhere"] {
        assert_eq!(
            api.get(path).await.header("x-request-id").len(),
            36,
            "{path}"
        );
    }
    let headers = [("x-request-id", "take-7")];
    let answer = api.send(Method::GET, "/api/projects", &headers, "").await;
    assert_eq!(answer.header("x-request-id"), "take-7");
    assert!(
        api.server.stop().await.contains("take-7"),
        "it is in the log"
    );
}

#[on_both_engines]
async fn an_internal_error_is_logged_and_never_shown(engine: Engine) {
    let api = Api::start(engine).await;
    api.given_project().await;
    let database = Database::connect(api.home.database_url()).await.unwrap();
    let sql = "ALTER TABLE projects RENAME TO projects_that_were";
    database.execute_unprepared(sql).await.unwrap();
    database.close().await.unwrap();

    let answer = api.get("/api/projects").await;
    let body = answer.with(500);
    let nothing = json!({"detail": "Internal server error", "code": "INTERNAL_ERROR", "status": 500,
                        "title": "Internal error", "type": "/docs/errors/INTERNAL_ERROR"});
    assert_eq!(body, nothing);
    assert_eq!(api.get("/health").await.status, 200, "the server goes on");
    let log = api.server.stop().await;
    assert!(log.contains("projects"), "the log has the reason: {log}");
}

#[on_both_engines]
async fn a_page_that_pretends_to_be_local_is_refused(engine: Engine) {
    let api = Api::start(engine).await;
    let request = "GET /api/projects HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    let answer = api.raw(request).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

#[on_both_engines]
async fn with_a_key_configured_the_api_asks_for_it_and_health_does_not(engine: Engine) {
    // printf %s "open sesame" | sha256sum
    let keys = "laptop:41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb";
    let api = Api::start_with(engine, &[("GROUNDWORK_AUTH__KEYS", keys)]).await;
    let denied = api.get("/api/projects").await;
    denied.refuses(401, "AUTH_MISSING_TOKEN");
    assert_eq!(denied.header("www-authenticate"), "Bearer");
    let wrong = [("authorization", "Bearer open barley")];
    let denied = api.send(Method::GET, "/api/projects", &wrong, "").await;
    denied.refuses(401, "AUTH_INVALID_TOKEN");
    let upload = format!("/api/scenes/{NOBODY}/keyframes/start");
    api.put(&upload, "x")
        .await
        .refuses(401, "AUTH_MISSING_TOKEN");
    let right = [("authorization", "Bearer open sesame")];
    let allowed = api.send(Method::GET, "/api/projects", &right, "").await;
    assert_eq!(allowed.status, 200);
    assert_eq!(api.get("/health/ready").await.status, 200);
}

#[on_both_engines]
async fn every_fault_of_a_body_has_its_place(engine: Engine) {
    let api = Api::start(engine).await;
    let array = api
        .post("/api/projects", &json!(["a", "b", "c", null]))
        .await;
    let error = array.refuses(422, "VALIDATION_FAILED");
    assert_eq!(error["detail"], "must be an object, not an array");

    let body = json!({"title": 1, "colour": "red", "style": null, "style_guide": []});
    let error = api.post("/api/projects", &body).await;
    let error = error.refuses(422, "VALIDATION_FAILED");
    let faults: Vec<[&str; 2]> = error["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| ["field", "code"].map(|key| fault[key].as_str().unwrap()))
        .collect();
    assert_eq!(
        faults,
        [
            ["colour", "UNKNOWN_FIELD"],
            ["style", "INVALID_TYPE"],
            ["style_guide", "INVALID_TYPE"],
            ["title", "INVALID_TYPE"],
            ["prompt", "MISSING_FIELD"],
        ]
    );
    assert_eq!(error["field"], "colour");
    let text = error.to_string();
    for word in ["struct", "line ", "column ", "expected", "map"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

#[on_both_engines]
async fn what_is_no_request_is_answered_in_the_same_shape(engine: Engine) {
    let api = Api::start(engine).await;
    let get =
        |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n");
    let long = "x".repeat(70_000);
    let many = "X-A: 1\r\n".repeat(200);
    let post = "POST /api/projects HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n";
    for (request, status, code) in [
        (get("/health", "X A: 1\r\n"), 400, "REQUEST_MALFORMED"),
        ("lamp\r\n\r\n".to_owned(), 400, "REQUEST_MALFORMED"),
        (get(&format!("/{long}"), ""), 414, "URI_TOO_LONG"),
        (get("/health", &many), 431, "HEADERS_TOO_LARGE"),
        (
            "GET /health HTTP/1.1\r\n\r\n".to_owned(),
            400,
            "HOST_INVALID",
        ),
        (
            get("/api/projects", "Host: evil.example\r\n"),
            400,
            "HOST_INVALID",
        ),
        (post.to_owned(), 501, "TRANSFER_ENCODING_NOT_SUPPORTED"),
    ] {
        let answer = api.raw(request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{code}: {answer}"
        );
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["code"], code, "{answer}");
        assert!(body["detail"].is_string(), "{answer}");
        for header in [
            "x-request-id: ",
            "x-content-type-options: nosniff",
            "content-type: application/json",
            "connection: close",
            "date: ",
        ] {
            assert!(head.contains(header), "{header} is missing: {answer}");
        }
        let (_, id) = head.split_once("x-request-id: ").unwrap();
        let id = id.lines().next().unwrap();
        let is_logged = || api.server.output().contains(id);
        wait_until("it is in the log", is_logged).await;
    }
    let old = "GET /health HTTP/1.0\r\n\r\n";
    let answer = api.raw(old).await;
    assert!(
        answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200"),
        "{answer}"
    );
}
