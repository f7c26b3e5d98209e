//! A server whose database is a standby.

use std::time::{Duration, Instant};

use acceptance::{Engine, Home, PostgresServer, Program, Server};
use reqwest::Client;
use serde_json::{Value, json};

async fn server_over(home: &Home, url: &str, variables: &[(&str, &str)]) -> Server {
    let mut command = home.command(Program::Groundwork, ["serve"]);
    command
        .env("GROUNDWORK_DATABASE__URL", url)
        .envs(variables.iter().copied());
    Server::start(command).await
}

async fn add_a_project(server: &Server) -> (u16, Value) {
    let body = json!({"title": "Dusk", "prompt": "A lamp is lit", "style": "ink"});
    let request = Client::new().post(server.url("/api/projects"));
    let request = request.header("content-type", "application/json");
    let answer = request.body(body.to_string()).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn ready(server: &Server) -> (u16, Value) {
    let answer = reqwest::get(server.url("/health/ready")).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_server_over_a_standby_is_not_ready_refuses_changes_and_goes_on_after_a_promotion() {
    let home = Home::new(Engine::Sqlite).await;
    let primary = PostgresServer::start();
    let first = server_over(&home, &primary.url(), &[]).await;
    first.stop().await;
    let standby = primary.replica();
    let server = server_over(&home, &standby.url(), &[]).await;

    let (status, body) = ready(&server).await;
    assert_eq!(status, 503, "{body}");
    let reason = body["checks"]["database"]["detail"].as_str().unwrap();
    assert!(reason.contains("standby"), "{reason}");
    let (status, body) = add_a_project(&server).await;
    assert_eq!(
        (status, &body["code"]),
        (503, &json!("DATABASE_READ_ONLY")),
        "{body}"
    );
    let read = reqwest::get(server.url("/api/projects")).await.unwrap();
    assert_eq!(read.status().as_u16(), 200);

    let mut doctor = home.command(Program::Groundwork, ["doctor"]);
    doctor.env("GROUNDWORK_DATABASE__URL", standby.url());
    let report = doctor.output().await.unwrap();
    let text = String::from_utf8_lossy(&report.stdout).into_owned();
    assert!(!report.status.success(), "{text}");
    assert!(text.contains("standby"), "{text}");

    standby.run("SELECT pg_promote()").await;
    let start = Instant::now();
    while ready(&server).await.0 != 200 {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{}",
            ready(&server).await.1
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (status, body) = add_a_project(&server).await;
    assert_eq!(status, 201, "{body}");
    server.stop().await;
}

#[tokio::test]
async fn a_request_that_waits_for_its_commit_too_long_has_an_unknown_outcome() {
    let home = Home::new(Engine::Sqlite).await;
    let primary = PostgresServer::start();
    let limit = [("GROUNDWORK_HTTP__REQUEST_TIMEOUT_S", "2")];
    let server = server_over(&home, &primary.url(), &limit).await;
    assert_eq!(add_a_project(&server).await.0, 201);
    // A standby that never comes: commits wait for it.
    primary
        .run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        .await;
    primary.run("SELECT pg_reload_conf()").await;
    let start = Instant::now();
    loop {
        let (status, body) = add_a_project(&server).await;
        // The setting arrives a moment after it was made.
        if status == 504 {
            assert_eq!(body["code"], "OUTCOME_UNKNOWN", "{body}");
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{status} {body}");
    }
    primary
        .run("ALTER SYSTEM RESET synchronous_standby_names")
        .await;
    primary.run("SELECT pg_reload_conf()").await;
    server.stop().await;
}
