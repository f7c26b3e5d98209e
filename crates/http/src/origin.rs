//! Protects an open API from web pages: the browser of somebody who may call it sends the requests
//! of any page there, and a POST without a body needs no leave from CORS. Where keys are configured,
//! no page has one.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::error::ApiError;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses requests that change something and come from a web page of another origin, unless the
/// origin is one of `allowed`. What is no browser sends neither of the headers, and passes.
pub(crate) async fn refuse_foreign(
    State(allowed): State<Arc<[String]>>,
    request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() || is_ours(request.headers(), &allowed) {
        return next.run(request).await;
    }
    ApiError::new(
        StatusCode::FORBIDDEN,
        "ORIGIN_NOT_ALLOWED",
        "web pages of another origin change nothing here unless http.allowed_origins names it",
    )
    .into_response()
}

fn is_ours(headers: &HeaderMap, allowed: &[String]) -> bool {
    let origins: Vec<&[u8]> = headers
        .get_all(header::ORIGIN)
        .iter()
        .map(|origin| origin.as_bytes())
        .collect();
    if let [origin] = origins.as_slice()
        && allowed.iter().any(|allowed| allowed.as_bytes() == *origin)
    {
        return true;
    }
    // The browser itself says where the page is from; no page can change it.
    match headers.get(SEC_FETCH_SITE) {
        Some(site) => matches!(site.as_bytes(), b"same-origin" | b"none"),
        None => origins.iter().all(|origin| is_same(origin, headers)),
    }
}

/// Whether the origin is this server by the name that it was asked by. The scheme is not known
/// here: a proxy may have taken TLS off.
fn is_same(origin: &[u8], headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).map(|host| host.as_bytes());
    let bare = [&b"http://"[..], b"https://"]
        .into_iter()
        .find_map(|scheme| origin.strip_prefix(scheme));
    bare.zip(host)
        .is_some_and(|(origin, host)| origin.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ours_with(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "localhost:8000".parse().unwrap());
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        is_ours(&headers, &["https://studio.example".to_owned()])
    }

    #[test]
    fn programs_and_pages_of_this_server_or_of_allowed_origins_are_ours() {
        for pairs in [
            &[][..],
            &[("origin", "http://localhost:8000")],
            &[("origin", "https://studio.example")],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://studio.example"),
            ],
        ] {
            assert!(is_ours_with(pairs), "{pairs:?}");
        }
    }

    #[test]
    fn pages_of_other_origins_are_not() {
        for pairs in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "http://localhost:3000")],
            &[("origin", "null")],
            &[("origin", "")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://localhost:8000"),
            ],
            &[
                ("origin", "https://studio.example"),
                ("origin", "https://evil.example"),
            ],
        ] {
            assert!(!is_ours_with(pairs), "{pairs:?}");
        }
    }
}
