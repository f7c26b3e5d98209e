//! The end of a connection: an answer of ours in the place of hyper's, and a moment for the client
//! to read it.

use std::{io, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Method, Request, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use groundwork_core::clock::Clock;
use http_body_util::BodyExt as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tower::ServiceExt as _;

use crate::refused::Refused;

/// How long what a client still sends is read and thrown away. Closed at once, the connection would
/// be reset, and the client would lose the answer with it.
const LINGER: Duration = Duration::from_secs(5);
/// The most that is thrown away.
const DISCARDED_BYTES: u64 = 64 << 20;

/// The answer to what is no request, or to none. It goes through the service like any other, so that it has an
/// id, the headers of all responses, and a line in the log.
pub(super) async fn refusal(router: Router, status: StatusCode) -> Vec<u8> {
    let refused = Refused::without_request(status);
    let method = Method::from_bytes(b"-").unwrap_or_default();
    let mut request = Request::new(Body::empty());
    *request.method_mut() = method;
    *request.uri_mut() = Uri::from_static("*");
    request.extensions_mut().insert(refused);
    let response = match router.oneshot(request).await {
        Ok(response) if response.status() == status => response,
        // A router that was not made by `service`.
        Ok(_) => refused.into_error().into_response(),
    };
    in_bytes(response).await
}

/// A response as it goes over the wire.
async fn in_bytes(response: Response) -> Vec<u8> {
    let (parts, body) = response.into_parts();
    let body = body
        .collect()
        .await
        .map_or_else(|_| Bytes::new(), |body| body.to_bytes());
    let mut text = format!("HTTP/1.1 {}\r\n", parts.status).into_bytes();
    for (name, value) in &headers(parts.headers, body.len()) {
        text.extend_from_slice(name.as_str().as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value.as_bytes());
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"\r\n");
    text.extend_from_slice(&body);
    text
}

fn headers(mut headers: HeaderMap, length: usize) -> HeaderMap {
    headers.insert(header::CONTENT_LENGTH, length.into());
    let now = Clock::system().now();
    if let Ok(date) = httpdate::fmt_http_date(now.into()).parse() {
        headers.insert(header::DATE, date);
    }
    headers
}

/// Writes the last bytes and closes the stream.
pub(super) async fn say(mut stream: TcpStream, bytes: &[u8]) {
    let said = async {
        stream.write_all(bytes).await?;
        stream.shutdown().await?;
        let mut rest = (&mut stream).take(DISCARDED_BYTES);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
        io::Result::Ok(())
    };
    match timeout(LINGER, said).await {
        Ok(Ok(())) | Err(_) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a connection broke off at its end"),
    }
}
