//! The life of a server: starting, being one of one, and stopping in order.

use std::time::Duration;

use acceptance::{Engine, Home, Outcome, Program, Server, given, on_both_engines};
use rustix::process::Signal;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

#[on_both_engines]
async fn a_server_says_where_it_is_and_what_it_works_with(engine: Engine) {
    let home = Home::new(engine).await;
    let server = home.serve().await;
    let output = server.output();
    let database = match engine {
        Engine::Sqlite => "sqlite://",
        Engine::Postgres => "postgres",
    };
    for part in [server.address(), database, "var/files"] {
        assert!(output.contains(part), "`{part}` is not in: {output}");
    }
    let ready = reqwest::get(server.url("/health/ready")).await.unwrap();
    assert!(ready.status().is_success());
}

#[on_both_engines]
async fn a_signal_lets_the_request_in_flight_end(
    engine: Engine,
    #[values(Signal::TERM, Signal::INT)] signal: Signal,
) {
    let home = Home::over(given::migrated(engine).await);
    let mut server = home.serve().await;
    let body = r#"{"title":"In flight","prompt":"p","style":"s"}"#;
    let (first, rest) = body.split_at(20);
    let mut request = TcpStream::connect(server.address()).await.unwrap();
    let head = format!(
        "POST /api/projects HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{first}",
        server.address(),
        body.len()
    );
    request.write_all(head.as_bytes()).await.unwrap();
    // Another request is answered after this one was begun, so the server knows of both.
    reqwest::get(server.url("/health")).await.unwrap();
    server.signal(signal);
    tokio::time::sleep(Duration::from_millis(300)).await;
    request.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = timeout(Duration::from_secs(20), request.read_to_string(&mut answer)).await;
    read.expect("an answer").unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");

    let status = server.ended().await;
    assert!(status.success(), "{status}: {}", server.output());
    let list = home.groundwork(["studio", "list", "--json"]).await.json();
    assert_eq!(list["items"][0]["title"], "In flight");
}

#[tokio::test]
async fn a_stopped_server_leaves_one_whole_database_file() {
    let home = Home::new(Engine::Sqlite).await;
    let server = home.serve().await;
    let new = serde_json::json!({ "title": "t", "prompt": "p", "style": "s" });
    let added = reqwest::Client::new()
        .post(server.url("/api/projects"))
        .json(&new)
        .send();
    assert_eq!(added.await.unwrap().status(), 201);
    server.stop().await;
    let log = home.dir().join("groundwork.db-wal");
    let left = std::fs::metadata(&log).map_or(0, |it| it.len());
    assert_eq!(left, 0, "the write-ahead log was not emptied");
}

#[on_both_engines]
async fn what_was_acknowledged_survives_a_killed_server(engine: Engine) {
    let home = Home::new(engine).await;
    let mut server = home.serve().await;
    let client = reqwest::Client::new();
    let mut acknowledged = Vec::new();
    for number in 0..20 {
        let new = serde_json::json!({ "title": format!("{number}"), "prompt": "p", "style": "s" });
        let added = client
            .post(server.url("/api/projects"))
            .json(&new)
            .send()
            .await
            .unwrap();
        let project: Value = added.json().await.unwrap();
        acknowledged.push(project["id"].clone());
    }
    server.signal(Signal::KILL);
    server.ended().await;

    let server = home.serve().await;
    for id in acknowledged {
        let path = format!("/api/projects/{}", id.as_str().unwrap());
        let found = reqwest::get(server.url(&path)).await.unwrap();
        assert!(found.status().is_success(), "{path}: {}", found.status());
    }
}

#[tokio::test]
async fn a_second_server_on_a_database_file_names_the_first() {
    let home = Home::new(Engine::Sqlite).await;
    let first = home.serve().await;
    let output = home.groundwork(["serve"]).await.failed(69);
    assert!(output.contains(&first.pid().to_string()), "{output}");
    assert!(output.contains(first.address()), "{output}");
    // The first one does not mind, and the lock goes with it.
    let health = reqwest::get(first.url("/health/ready")).await.unwrap();
    assert!(health.status().is_success());
    first.stop().await;
    home.serve().await.stop().await;
}

#[tokio::test]
async fn the_lock_of_a_killed_server_does_not_outlive_it() {
    let home = Home::new(Engine::Sqlite).await;
    let mut first = home.serve().await;
    first.signal(Signal::KILL);
    first.ended().await;
    home.serve().await.stop().await;
}

#[on_both_engines]
async fn a_second_server_on_a_port_is_refused(engine: Engine) {
    let (home, other) = (Home::new(engine).await, Home::new(engine).await);
    let first = home.serve().await;
    let arguments = ["serve", "--bind", first.address()];
    let output = other.groundwork(arguments).await.failed(69);
    assert!(output.contains(first.address()), "{output}");
}

#[on_both_engines]
async fn in_production_a_server_waits_for_somebody_to_migrate(engine: Engine) {
    let home = Home::new(engine).await;
    let mut command = home.command(Program::Groundwork, ["serve"]);
    command.env("GROUNDWORK_ENVIRONMENT", "production");
    let server = Server::start(command).await;
    assert!(server.output().contains("migrat"), "{}", server.output());
    let ready = || reqwest::get(server.url("/health/ready"));
    assert_eq!(ready().await.unwrap().status(), 503);
    let _ = home.migrate(["up"]).await.succeeded();
    assert_eq!(ready().await.unwrap().status(), 200);
}

#[on_both_engines]
async fn the_doctor_finds_a_good_home_well(engine: Engine) {
    let home = Home::over(given::migrated(engine).await);
    let _ = home.groundwork(["studio", "list"]).await.succeeded();
    let outcome = home.groundwork(["doctor", "--json"]).await;
    let report: Value = serde_json::from_str(&outcome.stdout).expect("a report");
    // A server of tests may well be one that forgets everything in a power failure.
    let durability = ["fsync", "full_page_writes", "synchronous_commit"];
    let checks = report["checks"].as_array().expect("checks");
    assert!(checks.len() > 5, "{report}");
    let failed: Vec<_> = checks
        .iter()
        .filter(|it| it["outcome"] == "fail")
        .filter(|it| {
            !it["name"]
                .as_str()
                .is_some_and(|it| durability.contains(&it))
        })
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
    if engine == Engine::Sqlite {
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
}

#[on_both_engines]
async fn the_doctor_finds_pending_migrations(engine: Engine) {
    let home = Home::over(given::migrated(engine).await);
    let _ = home.migrate(["down", "-n", "1"]).await.succeeded();
    let mut command = home.command(Program::Groundwork, ["doctor"]);
    let outcome = Outcome::of(command.env("GROUNDWORK_DATABASE__MIGRATE_ON_START", "false")).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stdout.contains("migrat"), "{outcome:?}");
}

/// The writer migrates, and closes without a transaction of its own.
#[on_both_engines]
async fn the_first_command_on_a_new_database_ends_well(engine: Engine) {
    let home = Home::new(engine).await;
    let _ = home.groundwork(["studio", "list"]).await.succeeded();
    let log = home.dir().join("groundwork.db-wal");
    assert!(!log.exists(), "the write-ahead log is left");
}

#[tokio::test]
async fn a_first_run_makes_what_it_needs_in_an_empty_folder() {
    let home = Home::new(Engine::Sqlite).await;
    let mut command = home.command(Program::Groundwork, [""; 0]);
    command.env_remove("GROUNDWORK_DATABASE__URL");
    let server = Server::start(command).await;
    assert!(home.dir().join("var/groundwork.db").is_file());
    server.stop().await;
}

#[tokio::test]
async fn the_url_of_the_database_may_come_as_database_url() {
    let home = Home::new(Engine::Postgres).await;
    let mut command = home.command(Program::Groundwork, ["config", "--json"]);
    command
        .env_remove("GROUNDWORK_DATABASE__URL")
        .env("DATABASE_URL", home.database_url());
    let config = Outcome::of(&mut command).await.succeeded();
    assert!(config.contains("DATABASE_URL"), "{config}");
}
