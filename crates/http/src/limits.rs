//! What a request may cost in time and in size, and what a panic costs: an answer, never the server.

use std::{any::Any, io, sync::Arc, time::Duration};

use axum::{
    body::{Body, BodyDataStream, Bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt, stream};
use http_body_util::Limited;
use tokio::sync::Mutex;

use crate::error::ApiError;

/// How much of a body that is too large is read and thrown away, so that the sender gets to see
/// the answer rather than a broken connection.
const DISCARDED_BYTES: u64 = 64 << 20;

/// 413 for a body that is too large.
pub(crate) fn too_large() -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "BODY_TOO_LARGE",
        "the body is larger than this server takes",
    )
}

/// Refuses a body that announces more than `most` bytes, and cuts off one that turns out larger.
pub(crate) async fn limit_body(State(most): State<u64>, request: Request, next: Next) -> Response {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    match announced {
        Some(length) if length <= most => next.run(request).await,
        Some(_) => refuse_announced(request).await,
        None => limit_unannounced(usize::try_from(most).unwrap_or(usize::MAX), request, next).await,
    }
}

/// A sender that asked first (`Expect: 100-continue`) has sent nothing yet.
async fn refuse_announced(request: Request) -> Response {
    if !request.headers().contains_key(header::EXPECT) {
        discard(&mut request.into_body().into_data_stream()).await;
    }
    too_large()
        .with_header(header::CONNECTION, HeaderValue::from_static("close"))
        .into_response()
}

/// The handler is given no more than `most` bytes; what it does not read of a body that is too
/// large is read here.
async fn limit_unannounced(most: usize, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = Arc::new(Mutex::new(body.into_data_stream()));
    let chunks = stream::unfold(Arc::clone(&body), |body| async move {
        let chunk = body.lock().await.next().await?;
        Some((chunk, body))
    });
    let limited = Body::new(Limited::new(Body::from_stream(chunks), most));
    let response = next.run(Request::from_parts(parts, limited)).await;
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        discard(&mut *body.lock().await).await;
    }
    response
}

async fn discard(body: &mut BodyDataStream) {
    let mut discarded: u64 = 0;
    while let Some(Ok(bytes)) = body.next().await {
        discarded = discarded.saturating_add(bytes.len() as u64);
        if discarded > DISCARDED_BYTES {
            return;
        }
    }
}

/// Answers 504 when the head of an answer takes longer than `limit`; what was being done is dropped.
pub(crate) async fn limit_time(
    State(limit): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!(limit_s = limit.as_secs(), "the request took too long");
            ApiError::new(
                StatusCode::GATEWAY_TIMEOUT,
                "TIMED_OUT",
                format!("the request took longer than {} s", limit.as_secs_f64()),
            )
            .into_response()
        }
    }
}

/// Ends a body with an error when nothing comes for longer than `limit`, however long it takes as a
/// whole: a sender that stalls must not hold a connection and what is staged for it for ever.
pub(crate) async fn limit_pauses(
    State(limit): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    next.run(request.map(|body| Body::from_stream(without_pauses(body, limit))))
        .await
}

fn without_pauses(
    body: Body,
    limit: Duration,
) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send {
    stream::unfold(Some(body.into_data_stream()), move |body| async move {
        let mut body = body?;
        match tokio::time::timeout(limit, body.next()).await {
            Ok(Some(Ok(bytes))) => Some((Ok(bytes), Some(body))),
            Ok(Some(Err(error))) => Some((Err(error), None)),
            Ok(None) => None,
            Err(_) => {
                tracing::warn!(limit_s = limit.as_secs(), "the body stalled");
                let stalled = io::Error::new(io::ErrorKind::TimedOut, "the body stalled");
                Some((Err(axum::Error::new(stalled)), None))
            }
        }
    })
}

/// Logs a panic of a handler, and answers 500.
pub(crate) fn answer_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = message, "a handler panicked");
    ApiError::unexplained().into_response()
}
