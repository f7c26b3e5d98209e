//! Stopping loses no response, and takes no longer than allowed.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::{Router, routing::get};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
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

fn within(shutdown_grace: Duration) -> ServeOptions {
    ServeOptions {
        drain_delay: Duration::ZERO,
        shutdown_grace,
        write_pause: Duration::from_secs(30),
        head_time_limit: Duration::from_secs(30),
        max_connections: 100,
    }
}

/// Serves in a task of its own.
fn spawn(
    listener: TcpListener,
    router: Router,
    shutdown: &Shutdown,
    options: ServeOptions,
) -> JoinHandle<Drained> {
    let shutdown = shutdown.clone();
    tokio::spawn(async move { serve(listener, router, &shutdown, &options).await })
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
    let server = spawn(
        listener,
        router(),
        &shutdown,
        within(Duration::from_secs(5)),
    );
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
    let server = spawn(
        listener,
        router(),
        &shutdown,
        within(Duration::from_secs(5)),
    );
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
    let server = spawn(
        listener,
        router(),
        &shutdown,
        within(Duration::from_millis(200)),
    );
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
    let server = spawn(
        listener,
        router(),
        &shutdown,
        within(Duration::from_secs(60)),
    );
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
    let server = spawn(
        listener,
        router(),
        &shutdown,
        within(Duration::from_secs(60)),
    );
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

/// A server with these options, and a way to stop it.
async fn given_server(router: Router, options: ServeOptions) -> (SocketAddr, Shutdown) {
    let (listener, address) = listen().await;
    let shutdown = Shutdown::new();
    spawn(listener, router, &shutdown, options);
    (address, shutdown)
}

/// Everything that the server sends until it closes the connection.
async fn send(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

/// What a file holds that looks like an answer of hyper's.
const LIKE_HYPERS: &str = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";

#[tokio::test]
async fn content_that_looks_like_an_answer_of_hypers_is_sent_as_it_is() {
    let router = Router::new()
        .route("/like", get(async || LIKE_HYPERS))
        .route("/slow", get(slow));
    let (address, _shutdown) = given_server(router, within(Duration::from_secs(5))).await;
    let (first, last) = (
        "GET /like HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /like HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    let answer = send(address, last.as_bytes()).await;
    assert!(answer.ends_with(LIKE_HYPERS), "{answer}");
    let both = send(address, format!("{first}{last}").as_bytes()).await;
    assert_eq!(both.matches(LIKE_HYPERS).count(), 2, "{both}");

    // Kept open: the whole response comes at once.
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(first.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = async {
        while !answer.ends_with(LIKE_HYPERS) {
            let mut buffer = [0; 1024];
            let length = stream.read(&mut buffer).await.unwrap();
            answer.push_str(str::from_utf8(&buffer[..length]).unwrap());
        }
    };
    tokio::time::timeout(Duration::from_secs(5), read)
        .await
        .unwrap();
}

#[tokio::test]
async fn after_a_response_what_is_no_request_is_answered_too() {
    let (address, _shutdown) = given_server(router(), within(Duration::from_secs(5))).await;
    let requests = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n";
    let answers = send(address, requests.as_bytes()).await;
    assert!(answers.starts_with("HTTP/1.1 200"), "{answers}");
    assert!(answers.contains("doneHTTP/1.1 400"), "{answers}");
    assert!(
        answers.contains("\"code\":\"REQUEST_MALFORMED\""),
        "{answers}"
    );
}

#[tokio::test]
async fn a_client_that_stops_reading_is_cut_off() {
    let router = Router::new().route("/large", get(async || vec![b'x'; 64 << 20]));
    let options = ServeOptions {
        write_pause: Duration::from_millis(300),
        ..within(Duration::from_secs(60))
    };
    let (address, shutdown) = given_server(router, options).await;
    let mut deaf = TcpStream::connect(address).await.unwrap();
    let request = b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
    deaf.write_all(request).await.unwrap();
    sleep(Duration::from_millis(1500)).await;
    let mut rest = Vec::new();
    let _ = deaf.read_to_end(&mut rest).await;
    assert!(rest.len() < 64 << 20, "{}", rest.len());
    shutdown.begin();

    // One that reads slowly is not.
    let router = Router::new().route("/large", get(async || vec![b'x'; 8 << 20]));
    let (address, _shutdown) = given_server(router, options).await;
    let mut slow = TcpStream::connect(address).await.unwrap();
    let request = b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    slow.write_all(request).await.unwrap();
    let mut read = 0;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match slow.read(&mut buffer).await.unwrap() {
            0 => break,
            bytes => read += bytes,
        }
        sleep(Duration::from_millis(50)).await;
    }
    assert!(read > 8 << 20, "{read}");
}

#[tokio::test]
async fn silent_connections_make_room_and_busy_ones_do_not() {
    let options = ServeOptions {
        max_connections: 2,
        ..within(Duration::from_secs(5))
    };
    let (address, _shutdown) = given_server(router(), options).await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    let _other = TcpStream::connect(address).await.unwrap();
    let close = "Host: a\r\nConnection: close\r\n\r\n";
    let answer = send(address, format!("GET /slow HTTP/1.1\r\n{close}").as_bytes()).await;
    assert!(answer.ends_with("done"), "{answer}");
    assert_eq!(silent.read(&mut [0; 1]).await.unwrap(), 0, "it is closed");

    let forever = format!("GET /forever HTTP/1.1\r\n{close}");
    let mut busy = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(forever.as_bytes()).await.unwrap();
        busy.push(stream);
    }
    sleep(Duration::from_millis(200)).await;
    let refused = send(address, format!("GET /slow HTTP/1.1\r\n{close}").as_bytes()).await;
    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
    assert!(refused.contains("retry-after: 1"), "{refused}");
    assert!(refused.contains("TOO_MANY_CONNECTIONS"), "{refused}");
    drop(busy);
    sleep(Duration::from_millis(200)).await;
    let answer = send(address, format!("GET /slow HTTP/1.1\r\n{close}").as_bytes()).await;
    assert!(answer.ends_with("done"), "{answer}");
}

#[tokio::test]
async fn a_body_that_nobody_reads_ends_the_connection_unless_it_is_small() {
    let router = Router::new().route("/", axum::routing::post(async || "done"));
    let (address, _shutdown) = given_server(router, within(Duration::from_secs(5))).await;
    let post = |length: usize, more: &str| {
        format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n{more}\r\n")
    };
    let close = "Connection: close\r\n";
    let small = format!("{}null{}null", post(4, ""), post(4, close));
    let both = send(address, small.as_bytes()).await;
    assert_eq!(both.matches("done").count(), 2, "{both}");

    let large = [post(1 << 20, "").into_bytes(), vec![b'x'; 1 << 20]].concat();
    let answer = send(address, &large).await.to_lowercase();
    assert!(answer.contains("connection: close"), "{answer}");
    assert!(answer.ends_with("done"), "{answer}");
    let waits = send(address, post(4, "Expect: 100-continue\r\n").as_bytes()).await;
    assert!(waits.starts_with("HTTP/1.1 200"), "{waits}");
}

#[tokio::test]
async fn a_head_that_does_not_come_in_time_is_answered_408_and_an_idle_connection_closed() {
    let options = ServeOptions {
        head_time_limit: Duration::from_millis(400),
        ..within(Duration::from_secs(1))
    };
    let (address, shutdown) = given_server(router(), options).await;
    for part in ["GET /slow HTTP/1.1\r\nHost: loc", ""] {
        let answer = send(address, part.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{part:?}: {answer:?}");
        assert!(answer.contains("\"code\":\"HEAD_TIMED_OUT\""), "{answer}");
        assert!(
            answer.to_lowercase().contains("connection: close"),
            "{answer}"
        );
    }
    let whole = "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let answer = send(address, whole.as_bytes()).await;
    assert!(answer.ends_with("done"), "{answer}");
    // The half of a second request is one that began.
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(whole.as_bytes()).await.unwrap();
    let mut first = vec![0; answer.len()];
    stream.read_exact(&mut first).await.unwrap();
    stream.write_all(b"GET /sl").await.unwrap();
    let mut second = String::new();
    stream.read_to_string(&mut second).await.unwrap();
    assert!(second.starts_with("HTTP/1.1 408 "), "{second}");
    shutdown.begin();
}
