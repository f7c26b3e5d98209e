//! `/api/graphs`

use acceptance::{Engine, on_both_engines};
use groundwork_test::TestResponse;
use reqwest::Method;
use serde_json::{Value, json};

use super::api::{Api, NOBODY};

const TIDES: &str = include_str!("../../examples/atlas/graphs/tides.jsonld");
const LIGHTS: &str = include_str!("../../examples/atlas/graphs/lights.graphml");

async fn post(api: &Api, path: &str, media_type: &str, body: &str) -> TestResponse {
    let headers = [("content-type", media_type)];
    api.send(Method::POST, path, &headers, body.to_owned())
        .await
}

async fn accept(api: &Api, path: &str, media_type: &str) -> TestResponse {
    api.send(Method::GET, path, &[("accept", media_type)], "")
        .await
}

#[on_both_engines]
async fn a_graph_is_posted_read_in_every_form_and_removed(engine: Engine) {
    let api = Api::start(engine).await;
    let made = post(&api, "/api/graphs", "application/ld+json", TIDES).await;
    let imported = made.with(201);
    assert_eq!(imported["nodes"]["added"], 24);
    let path = made.header("location").to_owned();
    assert_eq!(
        path,
        format!("/api/graphs/{}", imported["graph"]["id"].as_str().unwrap())
    );
    assert_eq!(api.get(&path).await.with(200), imported["graph"]);
    let again = post(&api, "/api/graphs", "application/json", TIDES).await;
    assert_eq!(again.with(200)["outcome"], "unchanged");
    let page = api.get("/api/graphs").await.with(200);
    assert_eq!(page["items"], json!([imported["graph"]]));

    for (ending, media_type) in [
        ("json", "application/json"),
        ("jsonld", "application/ld+json"),
        ("graphml", "application/graphml+xml"),
        ("dot", "text/vnd.graphviz; charset=utf-8"),
        ("svg", "image/svg+xml"),
    ] {
        let by_ending = api.get(&format!("{path}.{ending}")).await;
        assert_eq!(
            (by_ending.status, by_ending.header("content-type")),
            (200, media_type)
        );
        if ending == "json" {
            let node_link: Value = serde_json::from_slice(&by_ending.body).unwrap();
            assert_eq!(node_link["nodes"].as_array().map(Vec::len), Some(24));
            continue;
        }
        let by_accept = accept(&api, &path, &format!("{media_type};q=0.9, */*;q=0.1")).await;
        assert_eq!(by_accept.body, by_ending.body, "{ending}");
        assert_eq!(by_accept.header("vary"), "accept");
    }
    let summary = accept(&api, &path, "application/json, image/svg+xml").await;
    assert_eq!(summary.with(200), imported["graph"]);

    api.delete(&path).await.is_done();
    api.get(&path).await.refuses(404, "GRAPH_NOT_FOUND");
    api.get(&format!("{path}.svg"))
        .await
        .refuses(404, "GRAPH_NOT_FOUND");
    api.delete(&path).await.refuses(404, "GRAPH_NOT_FOUND");
}

#[on_both_engines]
async fn neighbours_and_paths_are_asked_for_by_key(engine: Engine) {
    let api = Api::start(engine).await;
    let made = post(
        &api,
        "/api/graphs?name=l&title=L",
        "application/graphml+xml",
        LIGHTS,
    )
    .await;
    let id = made.with(201)["graph"]["id"].as_str().unwrap().to_owned();
    let graph = format!("/api/graphs/{id}");
    let near = api
        .get(&format!("{graph}/neighbours?node=harbour&depth=2"))
        .await
        .with(200);
    let keys: Vec<&str> = (near["items"].as_array().unwrap().iter())
        .map(|item| item["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["north-pier", "south-pier", "gull-rock"]);
    let path = api
        .get(&format!("{graph}/path?from=harbour&to=skerryholm"))
        .await
        .with(200);
    assert_eq!(
        (&path["hops"], &path["nodes"][1]["label"]),
        (&json!(3), &json!("North Pier"))
    );

    for (query, status, code) in [
        ("neighbours?node=harbor", 404, "NODE_NOT_FOUND"),
        ("neighbours?node=harbour&depth=0", 422, "VALIDATION_FAILED"),
        ("neighbours?node=harbour&depth=17", 422, "VALIDATION_FAILED"),
        ("neighbours?node=harbour&depth=x", 422, "VALIDATION_FAILED"),
        ("neighbours", 422, "VALIDATION_FAILED"),
        (
            "neighbours?node=harbour&direction=up",
            422,
            "VALIDATION_FAILED",
        ),
        ("path?from=harbour&to=skerryholm&max_hops=2", 404, "NO_PATH"),
        ("path?from=harbour", 422, "VALIDATION_FAILED"),
    ] {
        api.get(&format!("{graph}/{query}"))
            .await
            .refuses(status, code);
    }
    let nobody = api
        .get(&format!("/api/graphs/{NOBODY}/neighbours?node=a"))
        .await;
    nobody.refuses(404, "GRAPH_NOT_FOUND");
    let refused = api.get(&format!("{graph}/neighbours?node=harbor")).await;
    let detail = refused.refuses(404, "NODE_NOT_FOUND");
    assert_eq!(
        detail["detail"],
        "the graph has no node \"harbor\"; did you mean \"harbour\"?"
    );
}

#[on_both_engines]
async fn a_body_that_is_no_graph_is_refused_and_stores_nothing(engine: Engine) {
    let api = Api::start(engine).await;
    let nameless = r#"{"nodes": [{"id": "a"}], "edges": []}"#;
    let bomb = "<!DOCTYPE g [<!ENTITY a \"aa\">]><graphml>&a;</graphml>";
    for (path, media_type, body, status, code) in [
        ("", "text/plain", nameless, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("", "application/json", nameless, 422, "GRAPH_INVALID"),
        (
            "?name=g",
            "application/json",
            "{\"nodes\": [",
            422,
            "GRAPH_INVALID",
        ),
        ("?name=g", "application/xml", bomb, 422, "GRAPH_INVALID"),
        ("?name=g", "application/json", "\u{0}", 422, "GRAPH_INVALID"),
        (
            "?name=%20",
            "application/json",
            nameless,
            422,
            "GRAPH_INVALID",
        ),
        (
            "?nane=g",
            "application/json",
            nameless,
            422,
            "VALIDATION_FAILED",
        ),
        (
            "?name=g&video=0",
            "application/json",
            nameless,
            422,
            "VALIDATION_FAILED",
        ),
    ] {
        let refused = post(&api, &format!("/api/graphs{path}"), media_type, body).await;
        refused.refuses(status, code);
    }
    let video = format!("/api/graphs?name=g&video={NOBODY}");
    let refused = post(&api, &video, "application/json", nameless).await;
    refused.refuses(404, "VIDEO_NOT_FOUND");
    let refused = post(&api, "/api/graphs?name=g", "application/xml", bomb).await;
    let detail = refused.refuses(422, "GRAPH_INVALID")["detail"].to_string();
    assert!(
        detail.contains("1:1: a document type is not allowed"),
        "{detail}"
    );
    let large = format!("{{\"nodes\": [{}]}}", " ".repeat(3 << 20));
    let refused = post(&api, "/api/graphs?name=g", "application/json", &large).await;
    refused.refuses(413, "BODY_TOO_LARGE");
    api.get(&format!("/api/graphs/{NOBODY}.png"))
        .await
        .refuses(422, "VALIDATION_FAILED");
    assert_eq!(api.get("/api/graphs").await.with(200)["items"], json!([]));
    let made = post(&api, "/api/graphs?name=g", "application/json", nameless).await;
    made.with(201);
}
