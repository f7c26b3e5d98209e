//! API keys: `Authorization: Bearer KEY`.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use groundwork_core::config::Auth;

use crate::error::ApiError;

/// Whose key came with a request: an extension of the request, and a field of its span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name under which the key is configured.
    pub name: String,
}

/// Lets a request pass that carries a key. Without configured keys every request passes: the
/// configuration then allows loopback addresses only.
pub(crate) async fn require_key(
    State(auth): State<Arc<Auth>>,
    mut request: Request,
    next: Next,
) -> Response {
    if auth.keys.is_empty() {
        return next.run(request).await;
    }
    match caller(&auth, request.headers()) {
        Ok(caller) => {
            tracing::Span::current().record("caller", caller.name.as_str());
            request.extensions_mut().insert(caller.clone());
            let mut response = next.run(request).await;
            // For the line in the log.
            response.extensions_mut().insert(caller);
            response
        }
        Err(refusal) => refusal.into_response(),
    }
}

fn caller(auth: &Auth, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Err(unauthenticated(
            "AUTH_MISSING_TOKEN",
            "an API key is required: send it as Authorization: Bearer KEY",
        ));
    };
    value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .and_then(|(_, key)| auth.find(key.trim()))
        .map(|key| Caller {
            name: key.name.clone(),
        })
        .ok_or_else(|| unauthenticated("AUTH_INVALID_TOKEN", "the API key is not valid"))
}

fn unauthenticated(code: &'static str, detail: &str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, code, detail).with_challenge()
}
