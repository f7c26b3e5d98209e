//! Protects an open API on loopback from web pages: a page whose name is made to resolve to
//! 127.0.0.1 (DNS rebinding) shares the API's origin in the eyes of the browser, but cannot hide
//! its name from the `Host` header.

use axum::{
    extract::Request,
    http::{StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::error::ApiError;

/// Refuses requests for any other host than this machine by its own names.
pub(crate) async fn require_loopback_host(request: Request, next: Next) -> Response {
    let header = request.headers().get(header::HOST);
    let allowed = match (header, request.uri().authority()) {
        (Some(host), _) => host.to_str().is_ok_and(|host| {
            host.parse::<Authority>()
                .is_ok_and(|host| is_loopback(host.host()))
        }),
        (None, Some(authority)) => is_loopback(authority.host()),
        // No browser leaves it out.
        (None, None) => true,
    };
    if allowed {
        return next.run(request).await;
    }
    ApiError::new(
        StatusCode::FORBIDDEN,
        "HOST_NOT_ALLOWED",
        "without API keys this server answers only as localhost, 127.0.0.1 or [::1]",
    )
    .into_response()
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "",
            "[::2]",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
