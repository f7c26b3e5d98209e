//! From the start of a server to its end.

use acceptance::{Engine, Home, Program, Scratch, production::png};
use rstest::rstest;
use rustix::process::Signal;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::api::{Api, read_to_end};

#[rstest]
#[tokio::test]
async fn a_server_says_where_it_is_and_what_it_works_with(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let home = Home::new(engine).await;
    let server = home.serve().await;
    let said = server.stop().await;
    for word in [
        "/api",
        "database",
        "var/files",
        "configuration",
        "up to date",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[rstest]
#[tokio::test]
async fn a_request_that_is_under_way_is_finished_before_the_server_ends(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values(Signal::TERM, Signal::INT)] signal: Signal,
) {
    let mut api = Api::start(engine).await;
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    let picture = png(&"long ".repeat(100_000));
    let head = format!(
        "PUT /api/scenes/{scene}/keyframes/start HTTP/1.1\r\nHost: localhost\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        picture.len()
    );
    let (first, rest) = picture.split_at(picture.len() / 2);
    let mut upload = api.connect([head.as_bytes(), first].concat()).await;
    let staging = api.home.dir().join("var/files/staging");
    while !acceptance::production::files_below(&api.home.dir().join("var/files"))
        .keys()
        .any(|path| path.starts_with("staging"))
    {
        assert!(api.home.dir().exists(), "{staging:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }

    api.server.signal(signal);
    let address = api.server.address().to_owned();
    while TcpStream::connect(&address).await.is_ok() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
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

#[rstest]
#[tokio::test]
async fn an_idle_connection_does_not_hold_up_the_end(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let api = Api::start(engine).await;
    api.get("/api/projects").await.with(200);
    let silent = api.connect("").await;
    let half = api.connect("GET /api/pro").await;
    let started = std::time::Instant::now();
    api.server.stop().await;
    assert!(started.elapsed().as_secs() < 15, "{:?}", started.elapsed());
    drop((silent, half));
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused_and_told_who_has_it() {
    let home = Home::over(Scratch::migrated(Engine::Sqlite).await);
    let first = home.serve().await;
    let refused = home.groundwork(["serve"]).await.failed(69);
    assert!(refused.contains(&first.pid().to_string()), "{refused}");
    assert!(refused.contains(first.address()), "{refused}");
    let _ = home.groundwork(["studio", "list"]).await.succeeded();
    first.stop().await;
    home.serve().await.stop().await;
}

#[rstest]
#[tokio::test]
async fn a_port_that_is_taken_is_refused_and_told_who_has_it(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let (home, other) = (Home::new(engine).await, Home::new(engine).await);
    let first = home.serve().await;
    let arguments = ["serve", "--bind", first.address()];
    let mut command = other.command(Program::Groundwork, arguments);
    let refused = acceptance::Outcome::of(&mut command).await.failed(69);
    assert!(refused.contains(first.address()), "{refused}");
    assert!(refused.contains(&first.pid().to_string()), "{refused}");
}
