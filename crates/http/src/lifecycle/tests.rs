//! Stopping loses no response, and takes no longer than allowed.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::{Router, routing::get};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep},
};

use super::*;

async fn slow() -> &'static str {
    sleep(Duration::from_millis(300)).await;
    "done"
}

async fn forever() {
    std::future::pending::<()>().await;
}

fn router() -> Router {
    Router::new()
        .route("/slow", get(slow))
        .route("/forever", get(forever))
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Everything that the server answers to one request until it closes the connection.
async fn ask(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is cut off may end in an error.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_request_under_way_gets_its_answer() {
    let (listener, address) = listen().await;
    let shutdown = Shutdown::new();
    let asked = tokio::spawn(ask(address, "/slow"));
    let server = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { serve(listener, router(), &shutdown, Duration::from_secs(5)).await }
    });
    sleep(Duration::from_millis(100)).await;
    shutdown.begin();
    assert_eq!(server.await.unwrap(), Drained::Whole);
    assert!(asked.await.unwrap().ends_with("done"));
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn an_idle_connection_does_not_delay_the_end() {
    let (listener, address) = listen().await;
    let shutdown = Shutdown::new();
    let server = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { serve(listener, router(), &shutdown, Duration::from_secs(5)).await }
    });
    let _idle = TcpStream::connect(address).await.unwrap();
    sleep(Duration::from_millis(50)).await;
    let started = Instant::now();
    shutdown.begin();
    server.await.unwrap();
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_cut_off() {
    let (listener, address) = listen().await;
    let shutdown = Shutdown::new();
    let asked = tokio::spawn(ask(address, "/forever"));
    let server = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { serve(listener, router(), &shutdown, Duration::from_millis(200)).await }
    });
    sleep(Duration::from_millis(100)).await;
    shutdown.begin();
    assert_eq!(server.await.unwrap(), Drained::CutOff { connections: 1 });
    assert_eq!(asked.await.unwrap(), "");
}

#[tokio::test]
async fn a_hurried_shutdown_does_not_wait() {
    let (listener, address) = listen().await;
    let shutdown = Shutdown::new();
    let _asked = tokio::spawn(ask(address, "/forever"));
    let server = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { serve(listener, router(), &shutdown, Duration::from_secs(60)).await }
    });
    sleep(Duration::from_millis(100)).await;
    shutdown.hurry();
    assert_eq!(server.await.unwrap(), Drained::CutOff { connections: 1 });
}

#[tokio::test]
async fn a_port_in_use_is_reported_with_its_holder() {
    let (_listener, address) = listen().await;
    let error = bind(address).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&format!("{address} is in use by ")), "{text}");
    assert!(
        text.contains(&format!("(process {})", std::process::id())),
        "{text}"
    );
}

#[tokio::test]
async fn an_address_of_another_machine_is_reported() {
    // TEST-NET-1 of RFC 5737: nobody's.
    let error = bind("192.0.2.1:8000".parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, BindError::NotHere { .. }), "{error}");
}

#[tokio::test]
async fn half_of_a_head_may_be_finished_in_a_moment_but_not_later() {
    let (listener, address) = listen().await;
    let shutdown = Shutdown::new();
    let server = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { serve(listener, router(), &shutdown, Duration::from_secs(60)).await }
    });
    let half = b"GET /slow HTTP/1.1\r\nHost: loc";
    let (mut one, mut other) = (
        TcpStream::connect(address).await.unwrap(),
        TcpStream::connect(address).await.unwrap(),
    );
    for stream in [&mut one, &mut other] {
        stream.write_all(half).await.unwrap();
    }
    sleep(Duration::from_millis(100)).await;
    shutdown.begin();
    sleep(Duration::from_millis(100)).await;
    one.write_all(b"alhost\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    one.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("done"), "{answer}");
    // Long before the drain is over.
    let drained = tokio::time::timeout(Duration::from_secs(30), server).await;
    assert_eq!(drained.unwrap().unwrap(), Drained::Whole);
    let mut rest = Vec::new();
    let _ = other.read_to_end(&mut rest).await;
    assert_eq!(rest, b"");
}
