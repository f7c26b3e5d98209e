//! `/api/projects`

use acceptance::{Engine, on_both_engines};
use serde_json::{Value, json};

use super::api::{Api, NOBODY};

#[on_both_engines]
async fn a_project_is_made_read_changed_and_removed(engine: Engine) {
    let api = Api::start(engine).await;
    let guide = json!({"palette": ["#1B1F4B"], "grain": 0.25});
    let body = json!({"title": "Dusk", "prompt": "A lamp", "style": "ink", "style_guide": guide});
    let made = api.post("/api/projects", &body).await;
    let project = made.with(201);
    let path = made.header("location").to_owned();
    assert_eq!(
        path,
        format!("/api/projects/{}", project["id"].as_str().unwrap())
    );
    assert_eq!(project["status"], "draft");
    assert_eq!(project["style_guide"], guide);
    assert!(project["created_at"].as_str().unwrap().ends_with('Z'));

    let mut read = api.get(&path).await.with(200);
    assert_eq!(read["scenes"], json!([]));
    assert_eq!(read["output"], Value::Null);
    for beyond in ["scenes", "output"] {
        read.as_object_mut().unwrap().remove(beyond);
    }
    assert_eq!(read, project, "what is read is what was answered");

    let change = json!({"title": "Dawn", "style_guide": null});
    let changed = api.patch(&path, &change).await.with(200);
    assert_eq!(changed["title"], "Dawn");
    assert_eq!(changed["prompt"], "A lamp", "what is left out stays");
    assert_eq!(changed["style_guide"], Value::Null);

    api.delete(&path).await.is_done();
    api.get(&path).await.refuses(404, "PROJECT_NOT_FOUND");
    api.delete(&path).await.refuses(404, "PROJECT_NOT_FOUND");
    api.patch(&path, &change)
        .await
        .refuses(404, "PROJECT_NOT_FOUND");
}

#[on_both_engines]
async fn projects_are_listed_in_pages_newest_first(engine: Engine) {
    let api = Api::start(engine).await;
    let empty = api.get("/api/projects").await.with(200);
    assert_eq!(empty, json!({"items": [], "next": null}));
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(api.given_project().await);
    }
    made.reverse();
    let mut listed: Vec<String> = Vec::new();
    let mut path = "/api/projects?limit=2".to_owned();
    loop {
        let page = api.get(&path).await.with(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        listed.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/projects?limit=2&after={next}");
    }
    assert_eq!(listed, made);
}

#[on_both_engines]
async fn a_project_that_breaks_a_rule_names_the_field_and_stores_nothing(engine: Engine) {
    let api = Api::start(engine).await;
    let sound = json!({"title": "Dusk", "prompt": "A lamp", "style": "ink"});
    for (field, value) in [
        ("title", json!("")),
        ("title", json!("two\nlines")),
        ("title", json!("x".repeat(100_000))),
        ("prompt", json!("nul \u{0}")),
        ("style", json!("s".repeat(51))),
        ("style", json!(7)),
        ("style_guide", json!([])),
    ] {
        let mut body = sound.clone();
        body[field] = value;
        let refused = api.post("/api/projects", &body).await;
        let error = refused.refuses(422, "VALIDATION_FAILED");
        assert_eq!(error["field"], field, "{error}");
        assert_eq!(error["errors"][0]["field"], field, "{error}");
    }
    let missing = json!({"title": "Dusk", "style": "ink"});
    let error = api.post("/api/projects", &missing).await;
    assert_eq!(error.refuses(422, "VALIDATION_FAILED")["field"], "prompt");
    let mut unknown = sound;
    unknown["colour"] = json!("blue");
    let error = api.post("/api/projects", &unknown).await;
    assert_eq!(error.refuses(422, "VALIDATION_FAILED")["field"], "colour");
    assert_eq!(api.get("/api/projects").await.with(200)["items"], json!([]));
}

#[on_both_engines]
async fn what_does_not_exist_is_not_found_on_every_route(engine: Engine) {
    let api = Api::start(engine).await;
    for (path, code) in [
        ("/api/projects/{}", "PROJECT_NOT_FOUND"),
        ("/api/projects/{}/scenes", "PROJECT_NOT_FOUND"),
        ("/api/projects/{}/runs", "PROJECT_NOT_FOUND"),
        ("/api/scenes/{}", "SCENE_NOT_FOUND"),
        ("/api/scenes/{}/keyframes/start", "KEYFRAME_NOT_FOUND"),
        ("/api/clips/{}", "CLIP_NOT_FOUND"),
        ("/api/artifacts/{}", "ARTIFACT_NOT_FOUND"),
        ("/api/artifacts/{}/content", "ARTIFACT_NOT_FOUND"),
        ("/api/runs/{}", "RUN_NOT_FOUND"),
    ] {
        let answer = api.get(&path.replace("{}", NOBODY)).await;
        let error = answer.refuses(404, code);
        assert!(
            error["detail"].as_str().unwrap().contains(NOBODY),
            "{error}"
        );
    }
}

#[on_both_engines]
async fn many_callers_at_once_all_get_their_project(engine: Engine) {
    let api = Api::start(engine).await;
    let made = futures_util::future::join_all((0..40).map(|_| api.given_project())).await;
    let page = api.get("/api/projects?limit=200").await.with(200);
    let mut listed: Vec<_> = page["items"].as_array().unwrap().iter().collect();
    listed.sort_by_key(|item| item["id"].as_str().unwrap().to_owned());
    let mut made: Vec<_> = made.iter().map(String::as_str).collect();
    made.sort_unstable();
    let listed: Vec<_> = listed
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect();
    assert_eq!(listed, made);
}
