//! API keys: `Authorization: Bearer KEY`.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use groundwork_core::config::Auth;
use ipnet::IpNet;

use crate::{attempts::Attempts, client, error::ApiError};

/// Whose key came with a request: an extension of the request, and a field of its span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name under which the key is configured.
    pub name: String,
}

/// Who may pass, and who has tried too often.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    auth: Arc<Auth>,
    proxies: Arc<[IpNet]>,
    attempts: Attempts,
}

impl Guard {
    pub(crate) fn new(auth: Auth, proxies: &[IpNet]) -> Self {
        Self {
            auth: Arc::new(auth),
            proxies: proxies.into(),
            attempts: Attempts::default(),
        }
    }

    /// The caller whose key came with the request. After too many wrong keys no key of the address
    /// is looked at for a while.
    fn caller(&self, request: &Request) -> Result<Caller, ApiError> {
        let address = client::address(request, &self.proxies);
        if let Some(wait) = self.attempts.wait(address) {
            let detail =
                "too many wrong API keys came from this address: wait, and correct the key";
            return Err(ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "AUTH_TOO_MANY_ATTEMPTS",
                detail,
            )
            .with_retry_after(wait));
        }
        let presented = presented(request.headers())?;
        match presented.and_then(|key| self.auth.find(key.trim())) {
            Some(key) => Ok(Caller {
                name: key.name.clone(),
            }),
            None => Err(self.refuse(address)),
        }
    }

    fn refuse(&self, address: IpAddr) -> ApiError {
        let is_the_last = self.attempts.note(address);
        tracing::warn!(client.address = %address, "refused a wrong API key");
        if is_the_last {
            tracing::warn!(
                client.address = %address,
                "too many wrong API keys: this address is not listened to for a minute"
            );
        }
        unauthenticated("AUTH_INVALID_TOKEN", "the API key is not valid")
    }
}

/// Lets a request pass that carries a key. Without configured keys every request passes: the
/// configuration then allows loopback addresses only.
pub(crate) async fn require_key(
    State(guard): State<Guard>,
    mut request: Request,
    next: Next,
) -> Response {
    if guard.auth.keys.is_empty() {
        return next.run(request).await;
    }
    match guard.caller(&request) {
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

/// The key that came with a request; `None` if what came is no key.
fn presented(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Err(unauthenticated(
            "AUTH_MISSING_TOKEN",
            "an API key is required: send it as Authorization: Bearer KEY",
        ));
    };
    let value = value.to_str().ok();
    let (scheme, key) = match value.and_then(|value| value.split_once(' ')) {
        Some(parts) => parts,
        None => return Ok(None),
    };
    Ok(scheme.eq_ignore_ascii_case("bearer").then_some(key))
}

fn unauthenticated(code: &'static str, detail: &str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, code, detail).with_challenge()
}
