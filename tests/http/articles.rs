//! `/api/articles`: what comes in.

use acceptance::{Engine, on_both_engines};
use serde_json::{Value, json};

use super::api::Api;

fn article(number: u32) -> Value {
    json!({
        "external_id": format!("a{number}"),
        "url": format!("https://news.example/{number}"),
        "title": "Title",
        "published_at": "2026-05-01T12:30:00Z",
        "sentiment_score": 0.5,
        "entities": ["GPT-5", {"name": "Cursor", "score": -1, "category": "tool"}],
    })
}

#[on_both_engines]
async fn an_article_is_made_once_and_then_changed(engine: Engine) {
    let api = Api::start(engine).await;
    let made = api.post("/api/articles", &article(1)).await;
    let path = made.header("location").to_owned();
    let made = made.with(201);
    assert_eq!(made["outcome"], "inserted");
    assert_eq!(
        path,
        format!("/api/articles/{}", made["id"].as_str().unwrap())
    );

    let same = api.post("/api/articles", &article(1)).await.with(200);
    assert_eq!(
        (&same["outcome"], &same["id"]),
        (&json!("unchanged"), &made["id"])
    );
    let mut changed = article(1);
    changed["title"] = json!("Other");
    let other = api.post("/api/articles", &changed).await.with(200);
    assert_eq!(other["outcome"], "updated");

    api.delete(&path).await.is_done();
    api.delete(&path).await.refuses(404, "ARTICLE_NOT_FOUND");
}

#[on_both_engines]
async fn many_articles_are_stored_all_or_none(engine: Engine) {
    let api = Api::start(engine).await;
    let many = json!([article(1), article(2), article(1)]);
    let added = api.post("/api/articles", &many).await.with(200);
    let outcomes: Vec<&Value> = (added["items"].as_array().unwrap().iter())
        .map(|item| &item["outcome"])
        .collect();
    assert_eq!(outcomes, ["inserted", "inserted", "unchanged"]);

    let mut torn = article(1);
    torn["url"] = json!("https://news.example/2");
    let refused = api.post("/api/articles", &json!([article(3), torn])).await;
    refused.refuses(409, "ARTICLE_CONFLICT");
    let third = api.post("/api/articles", &article(3)).await.with(201);
    assert_eq!(third["outcome"], "inserted");
}

#[tokio::test]
async fn what_is_no_article_is_refused_with_its_field() {
    let api = Api::start(Engine::Sqlite).await;
    let mut wrong = article(2);
    wrong["entities"][1]["score"] = json!(2);
    let many = json!([article(1), wrong]);
    let refused = api.post("/api/articles", &many).await.with(422);
    assert_eq!(refused["field"], "[1].entities[1].score", "{refused}");
    let mut wrong = article(2);
    wrong.as_object_mut().unwrap().remove("title");
    let refused = api.post("/api/articles", &wrong).await.with(422);
    let reported = (&refused["field"], &refused["errors"][0]["code"]);
    assert_eq!(reported, (&json!("title"), &json!("MISSING_FIELD")));
    let refused = api.post("/api/articles", &json!("none")).await;
    refused.refuses(422, "VALIDATION_FAILED");
}
