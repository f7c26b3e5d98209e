//! `/health` and `/health/ready`

use acceptance::{Engine, Home, Program, Server, on_both_engines};
use serde_json::Value;

use super::api::Api;

async fn ready(server: &Server) -> (u16, Value) {
    let answer = reqwest::get(server.url("/health/ready")).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[on_both_engines]
async fn a_server_at_the_newest_schema_is_ready(engine: Engine) {
    let api = Api::start(engine).await;
    let (status, body) = ready(&api.server).await;
    assert_eq!(
        (status, body["status"].as_str()),
        (200, Some("ready")),
        "{body}"
    );
    for check in ["server", "database", "migrations", "files"] {
        assert_eq!(body["checks"][check]["status"], "ok", "{body}");
    }
}

#[on_both_engines]
async fn in_production_a_server_waits_for_the_migrations_and_names_them(engine: Engine) {
    let home = Home::new(engine).await;
    let serve = ["--environment", "production", "serve"];
    let server = Server::start(home.command(Program::Groundwork, serve)).await;
    let (status, body) = ready(&server).await;
    assert_eq!(status, 503, "{body}");
    let detail = body["checks"]["migrations"]["detail"].as_str().unwrap();
    assert!(detail.contains("create_projects"), "{detail}");
    assert!(
        server.output().contains("migrate up"),
        "{}",
        server.output()
    );

    let closed = reqwest::get(server.url("/api/projects")).await.unwrap();
    assert_eq!(closed.status(), 503);
    let body: Value = closed.json().await.unwrap();
    assert_eq!(body["code"], "SCHEMA_NOT_READY");

    let _ = home.migrate(["up"]).await.succeeded();
    assert_eq!(ready(&server).await.0, 200);
    let open = reqwest::get(server.url("/api/projects")).await.unwrap();
    assert_eq!(open.status(), 200);
    server.stop().await;
}

#[on_both_engines]
async fn a_files_root_that_is_gone_makes_the_server_unready_and_is_not_shown_to_everybody(
    engine: Engine,
) {
    let api = Api::start(engine).await;
    std::fs::remove_dir_all(api.home.dir().join("var/files")).unwrap();
    let (status, body) = ready(&api.server).await;
    assert_eq!(status, 503, "{body}");
    assert_eq!(body["checks"]["files"]["status"], "failed", "{body}");
    assert_eq!(body["checks"]["database"]["status"], "ok", "{body}");
    let folder = api.home.dir().to_string_lossy().into_owned();
    assert!(!body.to_string().contains(&folder), "{body}");
}
