//! `/api/projects/{id}/runs` and `/api/runs`

use acceptance::{Engine, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};

use super::api::Api;

#[on_both_engines]
async fn a_run_is_started_cancelled_and_resumed(engine: Engine) {
    let api = Api::start(engine).await;
    let project = api.given_project().await;
    api.given_scene(&project).await;
    let path = format!("/api/projects/{project}/runs");
    let started = api.post(&path, &Value::Null).await;
    let run = started.with(201);
    assert_eq!(
        (&run["status"], &run["finished_at"]),
        (&json!("running"), &Value::Null)
    );
    let location = started.header("location").to_owned();
    assert_eq!(
        location,
        format!("/api/runs/{}", run["id"].as_str().unwrap())
    );
    api.post(&path, &Value::Null)
        .await
        .refuses(409, "RUN_IN_PROGRESS");
    let details = api.get(&format!("/api/projects/{project}")).await.with(200);
    assert_eq!(details["status"], "running");

    let shown = api.get(&location).await.with(200);
    let steps = shown["steps"].as_array().unwrap();
    assert!(!steps.is_empty());
    assert!(
        steps.iter().all(|step| step["status"] == "pending"),
        "{shown}"
    );

    let cancelled = api.post(&format!("{location}/cancel"), &Value::Null).await;
    assert_eq!(cancelled.with(200)["status"], "cancelled");
    let again = api.post(&format!("{location}/cancel"), &Value::Null).await;
    again.refuses(409, "RUN_OVER");

    let resumed = api.post(&format!("{location}/resume"), &Value::Null).await;
    assert_eq!(resumed.with(200)["status"], "running");
    let again = api.post(&format!("{location}/resume"), &Value::Null).await;
    again.refuses(409, "RUN_NOT_RESUMABLE");
    let runs = api.get(&path).await.with(200);
    assert_eq!(runs.as_array().unwrap().len(), 1);
}

#[on_both_engines]
async fn a_page_of_another_origin_neither_cancels_nor_resumes_a_run(engine: Engine) {
    let allowed = [("GROUNDWORK_HTTP__ALLOWED_ORIGINS", "https://studio.example")];
    let api = Api::start_with(engine, &allowed).await;
    let project = api.given_project().await;
    api.given_scene(&project).await;
    let path = format!("/api/projects/{project}/runs");
    let started = api.post(&path, &Value::Null).await;
    let run = started.header("location").to_owned();
    let cancel = format!("{run}/cancel");
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
    ] {
        let answer = api.send(Method::POST, &cancel, headers, "").await;
        answer.refuses(403, "ORIGIN_NOT_ALLOWED");
        let answer = api.send(Method::DELETE, &run, headers, "").await;
        answer.refuses(403, "ORIGIN_NOT_ALLOWED");
        assert_eq!(api.send(Method::GET, &run, headers, "").await.status, 200);
    }
    assert_eq!(api.get(&run).await.with(200)["status"], "running");
    let own = api.server.url("");
    let headers = [("origin", own.as_str()), ("sec-fetch-site", "same-origin")];
    api.send(Method::POST, &cancel, &headers, "")
        .await
        .with(200);
    let resume = format!("{run}/resume");
    let headers = [
        ("origin", "https://studio.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    api.send(Method::POST, &resume, &headers, "")
        .await
        .with(200);
}
