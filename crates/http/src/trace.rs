//! Request ids, and a span and a closing line in the log for each request.

use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::Response,
};
use groundwork_core::clock::Clock;
use tracing::{Instrument, Span, field};

use crate::{auth::Caller, traffic::Traffic};

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
    let (line, traffic) = (Line::of(&request), Traffic::of(&request));
    request.extensions_mut().insert(id.clone());
    let request = traffic.receive(request);
    let started = Instant::now();
    let mut response = next.run(request).instrument(span).await;
    let took = started.elapsed();
    line.write(&id, &response, took);
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
    traffic.respond(response, took)
}

/// The line of a request in the log. With an id of ours it is no longer than 150 bytes: it is
/// written once for each request, and so what a log consists of.
struct Line {
    text: String,
    is_probe: bool,
}

/// The longest path in a line, in bytes.
const PATH_BYTES: usize = 40;

impl Line {
    fn of(request: &Request) -> Self {
        let path = request.uri().path();
        Self {
            text: format!("{:.7} {}", request.method().as_str(), cut(path)),
            // Health checks come every few seconds, and say nothing worth keeping.
            is_probe: path.starts_with("/health"),
        }
    }

    /// Outside of the request's span, which would repeat it.
    fn write(&self, id: &RequestId, response: &Response, took: Duration) {
        let is_expected =
            response.status().is_success() || response.status() == StatusCode::SERVICE_UNAVAILABLE;
        let status = response.status().as_u16();
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let caller = response.extensions().get::<Caller>();
        let caller = caller.map(|caller| caller.name.as_str());
        let (text, id) = (&self.text, id.as_str());
        if self.is_probe && is_expected {
            tracing::debug!(target: "http", parent: None, status, ms, caller, %id, "{text}");
        } else {
            tracing::info!(target: "http", parent: None, status, ms, caller, %id, "{text}");
        }
    }
}

/// A path that is too long without its end.
fn cut(path: &str) -> Cow<'_, str> {
    if path.len() <= PATH_BYTES {
        return path.into();
    }
    let end = path.floor_char_boundary(PATH_BYTES - "…".len());
    format!("{}…", &path[..end]).into()
}

/// The query stays out: it may hold what is nobody's business.
fn span(request: &Request, id: &RequestId) -> Span {
    let route = request.extensions().get::<MatchedPath>();
    tracing::info_span!(
        "http.request",
        request.id = id.as_str(),
        method = %request.method(),
        path = %cut(request.uri().path()),
        route = route.map(MatchedPath::as_str),
        caller = field::Empty,
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::any};
    use groundwork_core::{
        config::{Log, LogFormat},
        log,
    };
    use tower::ServiceExt;

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

    /// What is logged at the default level for a request.
    async fn logged(request: Request) -> String {
        let (reader, writer) = std::io::pipe().unwrap();
        let log = Log {
            level: "info".to_owned(),
            format: LogFormat::Text,
        };
        let writer = Arc::new(writer);
        let subscriber = log::subscriber(&log, false, Arc::clone(&writer));
        let logging = tracing::subscriber::set_default(subscriber);
        let router = Router::new()
            .route("/api/things/{*thing}", any(async || "a thing"))
            .route("/health", any(async || "well"))
            .layer(from_fn_with_state(Clock::system(), trace));
        router.oneshot(request).await.unwrap();
        drop((logging, writer));
        std::io::read_to_string(reader).unwrap()
    }

    fn request(method: &str, path: &str) -> Request {
        let request = Request::builder().method(method).uri(path);
        request.body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn a_request_is_one_short_line() {
        let line = logged(request("GET", "/api/things/7?secret=x")).await;
        assert!(
            line.contains(" INFO http: GET /api/things/7 status=200 ms=0 id="),
            "{line}"
        );
        assert!(!line.contains("secret"), "{line}");
        let long = format!("/api/things/{}", "x".repeat(8_000));
        let line = logged(request("OPTIONS", &long)).await;
        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(
            line.contains("OPTIONS /api/things/xxxx") && line.contains('…'),
            "{line}"
        );
        // A minute, where it took less than 10 ms here.
        assert!(
            line.len() + "59999".len() - 1 <= 150,
            "{}: {line}",
            line.len()
        );
        let line = logged(request(&"M".repeat(1_000), "/api/things/7")).await;
        assert!(line.len() <= 150, "{line}");
        assert_eq!(logged(request("GET", "/health")).await, "");
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
