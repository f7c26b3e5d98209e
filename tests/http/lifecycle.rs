//! From the start of a server to its end.

use acceptance::{Engine, on_both_engines, production::png, wait_until};
use rustix::process::Signal;
use tokio::io::AsyncWriteExt as _;

use super::api::{Api, read_to_end};

#[on_both_engines]
async fn a_request_that_is_under_way_is_finished_before_the_server_ends(
    engine: Engine,
    #[values(Signal::TERM, Signal::INT)] signal: Signal,
) {
    let mut api = Api::start(engine).await;
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    let picture = png(&"long ".repeat(400_000));
    let head = format!(
        "PUT /api/scenes/{scene}/keyframes/start HTTP/1.1\r\nHost: localhost\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        picture.len()
    );
    let (first, rest) = picture.split_at(picture.len() / 2);
    let mut upload = api.connect([head.as_bytes(), first].concat()).await;
    let is_staged = || !api.stored().is_empty();
    wait_until("the upload is under way", is_staged).await;

    api.server.signal(signal);
    let address = api.server.address().to_owned();
    let is_closed = || std::net::TcpStream::connect(&address).is_err();
    wait_until("no new connection is accepted", is_closed).await;
    upload.write_all(rest).await.unwrap();
    let answer = read_to_end(upload).await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let status = api.server.ended().await;
    assert!(status.success(), "{status}: {}", api.server.output());

    let home = api.home;
    if engine == Engine::Sqlite {
        let wal = home.dir().join("groundwork.db-wal");
        assert!(!wal.exists(), "the write-ahead log is in the database");
    }
    let server = home.serve().await;
    let details = reqwest::get(server.url(&format!("/api/projects/{project}"))).await;
    let details: serde_json::Value = details.unwrap().json().await.unwrap();
    let stored = &details["scenes"][0]["keyframes"][0]["artifact"]["size_bytes"];
    assert_eq!(*stored, picture.len());
}

#[on_both_engines]
async fn an_idle_connection_does_not_hold_up_the_end(engine: Engine) {
    let api = Api::start(engine).await;
    api.get("/api/projects").await.with(200);
    let silent = api.connect("").await;
    let started = std::time::Instant::now();
    api.server.stop().await;
    assert!(started.elapsed().as_secs() < 15, "{:?}", started.elapsed());
    drop(silent);
}

#[tokio::test]
async fn a_server_that_was_asked_to_stop_is_not_ready_any_more() {
    let mut api = Api::start(Engine::Sqlite).await;
    let head = "GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    let mut asking = api.connect(head).await;
    api.get("/health/ready").await.with(200);
    api.server.signal(Signal::TERM);
    let address = api.server.address().to_owned();
    let is_closed = || std::net::TcpStream::connect(&address).is_err();
    wait_until("no new connection is accepted", is_closed).await;
    asking.write_all(b"\r\n").await.unwrap();
    let answer = read_to_end(asking).await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("it is shutting down"), "{answer}");
    assert!(api.server.ended().await.success());
}

#[tokio::test]
async fn half_a_request_does_not_use_up_the_time_of_the_others() {
    let mut api = Api::start(Engine::Sqlite).await;
    let half = api.connect("GET /api/projects HTTP/1.1\r\nHost: lo").await;
    api.get("/api/projects").await.with(200);
    let started = std::time::Instant::now();
    api.server.signal(Signal::TERM);
    assert!(api.server.ended().await.success());
    // The drain takes 20 s at most, and half of a head 5 s.
    assert!(started.elapsed().as_secs() < 15, "{:?}", started.elapsed());
    drop(half);
}

#[tokio::test]
async fn silent_connections_keep_nobody_out() {
    let most = [("GROUNDWORK_HTTP__MAX_CONNECTIONS", "50")];
    let api = Api::start_with(Engine::Sqlite, &most).await;
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(api.connect("GET /health HTTP/1.1\r\nHost: lo").await);
    }
    let started = std::time::Instant::now();
    let answer = api
        .raw("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(started.elapsed().as_secs() < 3, "{:?}", started.elapsed());
    drop(silent);
}

#[tokio::test]
async fn as_many_files_may_be_open_as_the_system_allows() {
    let api = Api::start(Engine::Sqlite).await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", api.server.pid())).unwrap();
    let files = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let numbers: Vec<&str> = files.unwrap().split_whitespace().skip(3).take(2).collect();
    assert_eq!(numbers[0], numbers[1], "{limits}");
}

#[tokio::test]
async fn the_grace_of_a_shutdown_is_a_setting() {
    let grace = [("GROUNDWORK_HTTP__SHUTDOWN_GRACE_S", "1")];
    let mut api = Api::start_with(Engine::Sqlite, &grace).await;
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    let head = format!(
        "PUT /api/scenes/{scene}/keyframes/start HTTP/1.1\r\nHost: localhost\r\n\
         Content-Length: 1000\r\n\r\n"
    );
    let stalled = api.connect(head).await;
    api.get("/api/projects").await.with(200);
    let started = std::time::Instant::now();
    api.server.signal(Signal::TERM);
    assert!(api.server.ended().await.success());
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    drop(stalled);
}

#[tokio::test]
async fn a_server_that_leaves_is_not_ready_and_goes_on_accepting_for_a_while() {
    let delay = [("GROUNDWORK_HTTP__DRAIN_DELAY_S", "5")];
    let mut api = Api::start_with(Engine::Sqlite, &delay).await;
    let started = std::time::Instant::now();
    api.server.signal(Signal::TERM);
    let is_told = || api.server.output().contains("asked to stop");
    wait_until("the server has seen the signal", is_told).await;
    // Each on a connection of its own.
    for (path, status) in [("/health/ready", 503), ("/api/projects", 200)] {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = api.raw(request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
    }
    assert!(api.server.ended().await.success());
    assert!(started.elapsed().as_secs() >= 5, "{:?}", started.elapsed());
}
