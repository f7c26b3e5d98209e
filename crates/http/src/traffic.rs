//! What requests and responses count for in the metrics. Their routes are the templates, so that
//! there are only so many.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{MatchedPath, Request},
    http::Method,
    response::Response,
};
use metrics::{Counter, counter, histogram};

use crate::observed::observed;

/// What a request is counted under.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    method: &'static str,
    route: String,
}

impl Traffic {
    pub(crate) fn of(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>();
        Self {
            method: name(request.method()),
            route: route.map_or("none", MatchedPath::as_str).to_owned(),
        }
    }

    /// Counts the bytes of the body as they come.
    pub(crate) fn receive(&self, request: Request) -> Request {
        let bytes = counter!("groundwork_http_received_bytes_total", "route" => self.route.clone());
        request.map(|body| counted(body, bytes))
    }

    /// Counts the response, and the bytes of its body as they go.
    pub(crate) fn respond(self, response: Response, took: Duration) -> Response {
        let status = response.status().as_str().to_owned();
        let Self { method, route } = self;
        counter!(
            "groundwork_http_requests_total",
            "method" => method, "route" => route.clone(), "status" => status
        )
        .increment(1);
        histogram!(
            "groundwork_http_request_seconds",
            "method" => method, "route" => route.clone()
        )
        .record(took);
        let bytes = counter!("groundwork_http_sent_bytes_total", "route" => route);
        response.map(|body| counted(body, bytes))
    }
}

/// A caller can make up methods, and each would be a series of its own.
fn name(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let known = KNOWN.into_iter().find(|known| *known == method.as_str());
    known.unwrap_or("other")
}

fn counted(body: Body, bytes: Counter) -> Body {
    observed(body, move |frame| {
        if let Some(data) = frame.data_ref() {
            bytes.increment(data.len() as u64);
        }
    })
}
