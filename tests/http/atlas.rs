//! `/api/videos`, `/api/transcripts` and `/api/search`

use std::path::Path;

use acceptance::{Engine, on_both_engines};
use serde_json::json;

use super::api::{Api, NOBODY};

async fn with_examples(engine: Engine) -> Api {
    let api = Api::start(engine).await;
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/atlas");
    let import = ["atlas", "import", examples.to_str().unwrap()];
    let _ = api.home.groundwork(import).await.succeeded();
    api
}

#[on_both_engines]
async fn videos_are_listed_and_shown(engine: Engine) {
    let api = with_examples(engine).await;
    let page = api.get("/api/videos?limit=2").await.with(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    let next = page["next"].as_str().unwrap();
    let rest = api
        .get(&format!("/api/videos?limit=2&after={next}"))
        .await
        .with(200);
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest["next"], json!(null));
    let of_channel = api
        .get("/api/videos?channel=Harbour%20School")
        .await
        .with(200);
    let video = &of_channel["items"][0];
    assert_eq!(of_channel["items"].as_array().unwrap().len(), 1);
    assert_eq!(video["external_id"], "tide-2041");
    assert_eq!(video["published_at"], "2026-02-14T10:00:00Z");
    assert_eq!(video["duration_ms"], 61_400);

    let path = format!("/api/videos/{}", video["id"].as_str().unwrap());
    let shown = api.get(&path).await.with(200);
    let transcripts = api.get(&format!("{path}/transcripts")).await.with(200);
    assert_eq!(shown["transcripts"], transcripts);
    assert_eq!(transcripts[0]["language"], "de");
    for path in ["", "/transcripts"] {
        let path = format!("/api/videos/{NOBODY}{path}");
        api.get(&path).await.refuses(404, "VIDEO_NOT_FOUND");
    }
}

#[on_both_engines]
async fn a_transcript_is_had_in_each_form(engine: Engine) {
    let api = with_examples(engine).await;
    let found = api.get("/api/search?q=fish").await.with(200);
    let path = format!(
        "/api/transcripts/{}",
        found["items"][0]["transcript_id"].as_str().unwrap()
    );
    let as_json = api.get(&path).await.with(200);
    assert_eq!(as_json["segments"].as_array().unwrap().len(), 7);
    assert_eq!(
        as_json["segments"][1]["text"],
        "He wound the clockwork every four hours, day and night."
    );
    assert_eq!(api.get(&format!("{path}.json")).await.with(200), as_json);
    for (form, media_type, begins) in [
        (
            "vtt",
            "text/vtt; charset=utf-8",
            "WEBVTT\nLanguage: en\n\n00:00:02.000 --> 00:00:07.500\nMy grandfather",
        ),
        (
            "srt",
            "application/x-subrip; charset=utf-8",
            "1\n00:00:02,000 --> 00:00:07,500\nMy grandfather",
        ),
        ("txt", "text/plain; charset=utf-8", "My grandfather"),
    ] {
        let answer = api.get(&format!("{path}.{form}")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), media_type);
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(text.starts_with(begins), "{text}");
    }
    let nobody = format!("/api/transcripts/{NOBODY}");
    api.get(&nobody).await.refuses(404, "TRANSCRIPT_NOT_FOUND");
    api.get(&format!("{nobody}.vtt"))
        .await
        .refuses(404, "TRANSCRIPT_NOT_FOUND");
    for wrong in [
        format!("{path}.doc"),
        format!("{path}.vtt.vtt"),
        "/api/transcripts/x".to_owned(),
    ] {
        let answer = api.get(&wrong).await;
        assert!(
            matches!(answer.status, 404 | 422),
            "{wrong}: {}",
            answer.status
        );
    }
}

#[on_both_engines]
async fn what_is_said_is_found(engine: Engine) {
    let api = with_examples(engine).await;
    let found = api
        .get("/api/search?q=%22spring%20tide%22&language=en")
        .await
        .with(200);
    assert_eq!(found["matches"], 1);
    assert_eq!(found["is_cut"], false);
    assert_eq!(
        found["items"][0]["link"],
        "https://video.example.org/watch?v=tide-2041&t=11"
    );
    assert_eq!(
        found["items"][0]["snippet"][1],
        json!({"text": "spring tide", "is_match": true})
    );
    let none = api
        .get("/api/search?q=%22spring%20tide%22&language=de")
        .await
        .with(200);
    assert_eq!(none["items"], json!([]));
    let one = api
        .get("/api/search?q=the&limit=1&channel=Coast%20Notes")
        .await
        .with(200);
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    let hostile = "/api/search?q=%27%3B%20DROP%20TABLE%20videos%3B%20--%20%22%20NEAR(%07)";
    assert_eq!(api.get(hostile).await.status, 200);
    for (query, field) in [
        ("q=-fog", "q"),
        ("q=", "q"),
        ("q=fog&language=1", "language"),
        ("q=fog&limit=201", "limit"),
        ("", "q"),
    ] {
        let answer = api.get(&format!("/api/search?{query}")).await;
        assert_eq!(answer.status, 422, "{query}");
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(text.contains(field), "{query}: {text}");
    }
}

/// PostgreSQL takes no NUL, not even to compare with; SQLite would find nothing.
#[on_both_engines]
async fn a_text_with_nul_is_refused_where_it_only_selects(engine: Engine) {
    let api = with_examples(engine).await;
    let near = format!("/api/graphs/{NOBODY}/neighbours?node=%00");
    let path = format!("/api/graphs/{NOBODY}/path?from=a&to=%00");
    for (path, field) in [
        ("/api/videos?channel=%00", "channel"),
        ("/api/search?q=%00", "q"),
        ("/api/search?q=a&channel=%00", "channel"),
        (&*near, "node"),
        (&*path, "to"),
    ] {
        let answer = api.get(path).await;
        let body = answer.with(422);
        assert_eq!(body["code"], "VALIDATION_FAILED", "{path}: {body}");
        assert_eq!(body["field"], field, "{path}: {body}");
    }
    let none = api.get("/api/videos?channel=%2500").await.with(200);
    assert_eq!(none["items"].as_array().unwrap().len(), 0);
}
