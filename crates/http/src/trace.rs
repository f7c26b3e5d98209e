//! Request ids, and a span and a closing line in the log for each request.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use groundwork_core::clock::Clock;
use tracing::{Instrument, Span, field};

/// What a request is called in logs: an extension of the request, and `x-request-id` of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 64;

impl RequestId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id that the caller chose, if it is harmless in logs and headers, else a new one.
    fn of(headers: &HeaderMap, clock: &Clock) -> Self {
        let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let chosen = headers
            .get(HEADER)
            .and_then(|value| value.to_str().ok())
            .filter(|id| (1..=LONGEST).contains(&id.len()) && id.chars().all(harmless));
        Self(chosen.map_or_else(|| clock.new_id().to_string(), str::to_owned))
    }
}

/// Runs a request within its span.
pub(crate) async fn trace(
    State(clock): State<Clock>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::of(request.headers(), &clock);
    let span = span(&request, &id);
    // Health checks come every few seconds, and say nothing worth keeping.
    let is_probe = request.uri().path().starts_with("/health");
    request.extensions_mut().insert(id.clone());
    let started = Instant::now();
    async {
        let mut response = next.run(request).await;
        let status = response.status().as_u16();
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if is_probe {
            tracing::debug!(status, duration_ms, "answered");
        } else {
            tracing::info!(status, duration_ms, "answered");
        }
        if let Ok(value) = HeaderValue::from_str(id.as_str()) {
            response.headers_mut().insert(HEADER, value);
        }
        response
    }
    .instrument(span)
    .await
}

/// The query stays out: it may hold what is nobody's business.
fn span(request: &Request, id: &RequestId) -> Span {
    let route = request.extensions().get::<MatchedPath>();
    tracing::info_span!(
        "http.request",
        request.id = id.as_str(),
        method = %request.method(),
        path = request.uri().path(),
        route = route.map(MatchedPath::as_str),
        caller = field::Empty,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_of(value: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, HeaderValue::from_str(value).unwrap());
        RequestId::of(&headers, &Clock::system()).0
    }

    #[test]
    fn a_harmless_id_is_kept() {
        assert_eq!(id_of("studio-7.a_B"), "studio-7.a_B");
    }

    #[test]
    fn any_other_is_replaced() {
        for value in ["", "a b", "x\"y", "<script>", &"a".repeat(65)] {
            let id = id_of(value);
            assert_ne!(id, value);
            assert_eq!(id.len(), 36);
        }
    }
}
