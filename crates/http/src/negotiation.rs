//! What a request accepts (RFC 9110, section 12.5.1), and errors under the name that it asks for.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::error::IsError;

const PROBLEM: &str = "application/problem+json";

/// The media ranges of `Accept` that are wanted at all; `None` without the header, or if it is empty.
fn accepted(headers: &HeaderMap) -> Option<Vec<String>> {
    let lines = headers.get_all(header::ACCEPT).iter();
    let lines: Vec<_> = lines
        .map(|line| String::from_utf8_lossy(line.as_bytes()))
        .collect();
    if lines.iter().all(|line| line.trim().is_empty()) {
        return None;
    }
    let ranges = lines.iter().flat_map(|line| line.split(','));
    Some(ranges.filter_map(wanted).collect())
}

/// The range without its parameters, unless its weight is 0.
fn wanted(range: &str) -> Option<String> {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next()?.to_ascii_lowercase();
    let is_refused = parts.any(|part| {
        part.split_once('=').is_some_and(|(key, weight)| {
            key.trim().eq_ignore_ascii_case("q")
                && weight.trim().parse::<f32>().is_ok_and(|q| q <= 0.0)
        })
    });
    (!name.is_empty() && !is_refused).then_some(name)
}

/// Whether one of the media types is accepted. Without `Accept`, or with an empty one, all are; who
/// accepts problems accepts JSON.
pub(crate) fn accepts(headers: &HeaderMap, media_types: &[String]) -> bool {
    let Some(ranges) = accepted(headers) else {
        return true;
    };
    ranges.iter().any(|range| {
        range == PROBLEM
            || media_types
                .iter()
                .any(|media_type| match range.strip_suffix("/*") {
                    Some("*") => true,
                    Some(kind) => media_type.split('/').next() == Some(kind),
                    None => media_type == range,
                })
    })
}

/// Sends errors as `application/problem+json` to callers that ask for it.
pub(crate) async fn name_errors(request: Request, next: Next) -> Response {
    let ranges = accepted(request.headers()).unwrap_or_default();
    let asks = ranges.iter().any(|range| range == PROBLEM);
    let mut response = next.run(request).await;
    if asks && response.extensions().get::<IsError>().is_some() {
        let problem = HeaderValue::from_static(PROBLEM);
        response.headers_mut().insert(header::CONTENT_TYPE, problem);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts_json(accept: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        accepts(&headers, &["application/json".to_owned()])
    }

    #[test]
    fn ranges_and_weights_count() {
        for accept in [
            "application/json",
            "*/*",
            "application/*",
            "text/html, */*;q=0.8",
            "APPLICATION/JSON;charset=utf-8",
            "application/problem+json",
            "",
        ] {
            assert!(accepts_json(accept), "{accept}");
        }
        for accept in [
            "text/html",
            "application/json;q=0",
            "image/*",
            "application/xml, text/*",
        ] {
            assert!(!accepts_json(accept), "{accept}");
        }
        assert!(accepts(&HeaderMap::new(), &["application/json".to_owned()]));
    }
}
