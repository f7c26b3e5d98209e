//! `/api/projects/{id}/scenes`, `/api/scenes` and `/api/clips`

use acceptance::{Engine, on_both_engines};
use serde_json::{Value, json};

use super::api::{Api, scene};

/// The descriptions of a project's scenes in order, after a check that indexes have no gaps.
async fn scenes(api: &Api, project: &str) -> Vec<String> {
    let path = format!("/api/projects/{project}/scenes");
    let scenes = api.get(&path).await.with(200);
    let scenes = scenes.as_array().unwrap().clone();
    for (index, scene) in scenes.iter().enumerate() {
        assert_eq!(scene["scene_index"], index);
    }
    let description = |scene: &Value| scene["description"].as_str().unwrap().to_owned();
    scenes.iter().map(description).collect()
}

#[on_both_engines]
async fn scenes_are_inserted_moved_and_removed_without_gaps(engine: Engine) {
    let api = Api::start(engine).await;
    let project = api.given_project().await;
    let path = format!("/api/projects/{project}/scenes");
    let mut ids = Vec::new();
    for (description, position) in [
        ("b", Value::Null),
        ("d", json!("last")),
        ("a", json!("first")),
        ("c", json!(2)),
    ] {
        let mut body = scene(description);
        body["position"] = position;
        let made = api.post(&path, &body).await;
        let id = made.id(201);
        assert_eq!(made.header("location"), format!("/api/scenes/{id}"));
        ids.push((description, id));
    }
    assert_eq!(scenes(&api, &project).await, ["a", "b", "c", "d"]);

    let id_of = |wanted: &str| {
        let found = ids.iter().find(|(description, _)| *description == wanted);
        found.unwrap().1.clone()
    };
    let moved = format!("/api/scenes/{}/move", id_of("d"));
    let answer = api.post(&moved, &json!({"position": 1})).await.with(200);
    assert_eq!(answer["scene_index"], 1);
    assert_eq!(scenes(&api, &project).await, ["a", "d", "b", "c"]);

    let answer = api.post(&moved, &json!({"position": 4})).await;
    assert_eq!(answer.refuses(422, "NO_SUCH_POSITION")["field"], "position");
    let answer = api.post(&moved, &json!({"position": "middle"})).await;
    assert_eq!(
        answer.refuses(422, "VALIDATION_FAILED")["field"],
        "position"
    );

    let removed = format!("/api/scenes/{}", id_of("a"));
    api.delete(&removed).await.is_done();
    api.get(&removed).await.refuses(404, "SCENE_NOT_FOUND");
    assert_eq!(scenes(&api, &project).await, ["d", "b", "c"]);

    let changed = format!("/api/scenes/{}", id_of("b"));
    let change = json!({"description": "B", "duration_ms": null});
    let answer = api.patch(&changed, &change).await.with(200);
    assert_eq!(answer["duration_ms"], Value::Null);
    assert_eq!(answer["start_prompt"], "dark", "what is left out stays");
    assert_eq!(scenes(&api, &project).await, ["d", "B", "c"]);
}

#[on_both_engines]
async fn a_project_takes_fifteen_scenes_and_no_more(engine: Engine) {
    let api = Api::start(engine).await;
    let project = api.given_project().await;
    for _ in 0..15 {
        api.given_scene(&project).await;
    }
    let path = format!("/api/projects/{project}/scenes");
    let answer = api.post(&path, &scene("one too many")).await;
    answer.refuses(409, "TOO_MANY_SCENES");
    assert_eq!(scenes(&api, &project).await.len(), 15);
}

#[on_both_engines]
async fn a_clip_is_planned_started_and_failed_and_then_tried_again(engine: Engine) {
    let api = Api::start(engine).await;
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    let path = format!("/api/scenes/{scene}/clips");
    let made = api.post(&path, &json!({})).await;
    let clip = made.with(201);
    assert_eq!(
        (&clip["attempt"], &clip["status"]),
        (&json!(1), &json!("pending"))
    );
    let first = made.header("location").to_owned();

    let started = json!({"status": "running", "provider_operation": "op-7"});
    let clip = api.patch(&first, &started).await.with(200);
    assert_eq!(
        (&clip["status"], &clip["provider_operation"]),
        (&json!("running"), &json!("op-7"))
    );
    let failed = json!({"status": "failed", "error_message": "out of film"});
    let clip = api.patch(&first, &failed).await.with(200);
    assert_eq!(
        (&clip["status"], &clip["error_message"]),
        (&json!("failed"), &json!("out of film"))
    );
    api.patch(&first, &started)
        .await
        .refuses(409, "CLIP_FINISHED");
    let unknown = json!({"status": "complete"});
    api.patch(&first, &unknown)
        .await
        .refuses(422, "VALIDATION_FAILED");

    let second = api.post(&path, &json!({})).await.with(201);
    assert_eq!(second["attempt"], 2);
    api.delete(&first).await.is_done();
    api.get(&first).await.refuses(404, "CLIP_NOT_FOUND");
}
