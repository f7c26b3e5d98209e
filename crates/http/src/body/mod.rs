//! What the body of a request may cost in time and in size, and whether it is what its head
//! announces. This holds for every body, whatever its handler makes of it.

mod digests;
mod fault;
mod head;
mod watched;

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};

use groundwork_core::db::CommitWatch;

use self::watched::{Watch, Watched};
use crate::error::ApiError;

pub(crate) use self::fault::too_large;
pub use self::head::announced_length;

/// The limits of requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The largest body, in bytes; without it, the handler limits it.
    pub(crate) max_bytes: Option<u64>,
    /// How long a body may pause: a sender that stalls must not hold a connection and what is
    /// staged for it for ever.
    pub(crate) pause: Duration,
    /// How long it may take until the head of the answer; without it, any time.
    pub(crate) whole: Option<Duration>,
}

/// Refuses what the head of a request announces and this server does not take, before a byte of the
/// body is read. Then watches the body while a handler reads it; a fault of the body is the answer,
/// unless the handler has succeeded without it.
pub(crate) async fn guard(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let digests = match head::check(&request, limits.max_bytes) {
        Ok(digests) => digests,
        Err(refusal) => return refusal.closing().into_response(),
    };
    let watch = Arc::new(Watch::default());
    let request =
        request.map(|body| Body::new(Watched::new(body, limits, digests, Arc::clone(&watch))));
    let commits = CommitWatch::default();
    let response = match limits.whole {
        None => next.run(request).await,
        Some(limit) => match tokio::time::timeout(limit, commits.over(next.run(request))).await {
            Ok(response) => response,
            Err(_) if watch.is_waiting() => return fault::stalled().into_response(),
            Err(_) => return timed_out(limit, commits.may_be_stored()).into_response(),
        },
    };
    match watch.fault() {
        Some(fault) if !response.status().is_success() => fault.into_error().into_response(),
        _ => response,
    }
}

/// What was being done is dropped. If it may have been stored by then, the answer says so.
fn timed_out(limit: Duration, may_be_stored: bool) -> ApiError {
    tracing::warn!(
        limit_s = limit.as_secs(),
        may_be_stored,
        "the request took too long"
    );
    let detail = format!("the request took longer than {} s", limit.as_secs_f64());
    if may_be_stored {
        let detail = format!(
            "{detail}, and its commit was on its way: whether it is stored is not known; look \
             before you send it again"
        );
        return ApiError::new(StatusCode::GATEWAY_TIMEOUT, "OUTCOME_UNKNOWN", detail);
    }
    ApiError::new(StatusCode::GATEWAY_TIMEOUT, "TIMED_OUT", detail)
}
