//! Puts around a service's routes what every service needs, in the one right order.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
};
use groundwork_core::{
    clock::Clock,
    config::{self, Auth},
};
use ipnet::IpNet;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    auth,
    body::{self, Limits},
    contract::{self, Contract},
    fallback, host, negotiation,
    openapi::Document,
    origin, panics, refused, response_headers, trace,
};

/// The routes of a service.
///
/// ```
/// use axum::{Router, body::Body, http::Request, routing::get};
/// use groundwork_core::{clock::Clock, config::{self, Namespace, Sources}};
/// use groundwork_http::{Options, Routes, health, service};
/// use tower::ServiceExt;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let routes = Routes {
///     open: health(Vec::new()),
///     guarded: Router::new().route("/api/books", get(|| async { "Dune" })),
///     ..Routes::default()
/// };
/// // A key is configured, so that guarded routes want it.
/// let sources = Sources::new(Namespace::new("shop"))
///     .with_variable("SHOP_AUTH__KEYS", format!("till:{}", "0".repeat(64)));
/// let config = config::load::<()>(&sources)?.config;
/// let app = service(routes, &Options::new(&config, Clock::system()));
///
/// let open = app.clone().oneshot(Request::get("/health").body(Body::empty())?).await?;
/// assert_eq!(open.status(), 200);
/// let guarded = app.oneshot(Request::get("/api/books").body(Body::empty())?).await?;
/// assert_eq!(guarded.status(), 401);
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Routes {
    /// For everybody: health, documentation.
    pub open: Router,
    /// For callers with an API key, if any key is configured: the API, metrics.
    pub guarded: Router,
    /// For callers with an API key, too: what takes or gives whole files. A body may be as large
    /// and take as long as the handler lets it, as long as it keeps coming.
    pub streaming: Router,
    /// What the routes say of themselves. The service shows it, and holds requests to it: a
    /// parameter of the query that it does not name is refused, and so is what accepts no answer.
    pub document: Document,
}

/// The settings of the layers around the routes.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long a request may take until the head of its answer; how long a streamed body may
    /// pause.
    pub request_timeout: Duration,
    /// The largest request body, in bytes.
    pub max_body_bytes: u64,
    /// Origins of web pages that may call the API.
    pub allowed_origins: Vec<String>,
    /// The API keys.
    pub auth: Auth,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether the server is reached through loopback only.
    pub on_loopback: bool,
    /// Makes request ids.
    pub clock: Clock,
}

impl Options {
    /// The options that a configuration asks for.
    #[must_use]
    pub fn new<S>(config: &config::Config<S>, clock: Clock) -> Self {
        Self {
            request_timeout: config.http.request_timeout,
            max_body_bytes: config.http.max_body_bytes,
            allowed_origins: config.http.allowed_origins.clone(),
            auth: config.auth.clone(),
            trusted_proxies: config.http.trusted_proxies.clone(),
            on_loopback: config.http.bind.ip().is_loopback(),
            clock,
        }
    }
}

/// A service that can be served: the routes, with an answer for everything else.
///
/// From the outside in: the request's id and span, security headers, a net for panics, CORS, the
/// checks of the host and the origin, the limits of time and of size, and the API key for guarded
/// routes.
pub fn service(routes: Routes, options: &Options) -> Router {
    let guard = auth::Guard::new(options.auth.clone(), &options.trusted_proxies);
    let require_key = from_fn_with_state(guard, auth::require_key);
    let limits = Limits {
        max_bytes: Some(options.max_body_bytes),
        pause: options.request_timeout,
        whole: Some(options.request_timeout),
    };
    let unlimited = Limits {
        max_bytes: None,
        whole: None,
        ..limits
    };
    let contract = Contract::of(routes.document.value());
    let hold = from_fn_with_state(contract, contract::hold);
    let limited = routes
        .open
        .merge(routes.document.routes())
        .layer(hold.clone())
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .merge(
            routes
                .guarded
                .layer(hold.clone())
                .method_not_allowed_fallback(fallback::method_not_allowed)
                .layer(require_key.clone()),
        )
        .fallback(fallback::route_not_found)
        .layer(from_fn_with_state(limits, body::guard));
    let streaming = routes
        .streaming
        .layer(hold)
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .layer(require_key)
        .layer(from_fn_with_state(unlimited, body::guard));
    let mut router = limited.merge(streaming).layer(DefaultBodyLimit::disable());
    if options.on_loopback && options.auth.keys.is_empty() {
        router = router.layer(from_fn(host::require_loopback_host));
    }
    if options.auth.keys.is_empty() {
        let allowed: Arc<[String]> = options.allowed_origins.clone().into();
        router = router.layer(from_fn_with_state(allowed, origin::refuse_foreign));
    }
    if let Some(cors) = response_headers::cors(&options.allowed_origins) {
        // A page may read what became of its request even if a handler panicked.
        let panics = CatchPanicLayer::custom(panics::answer_panic);
        router = router.layer(panics).layer(cors);
    }
    router
        .layer(CatchPanicLayer::custom(panics::answer_panic))
        .layer(from_fn(refused::answer))
        .layer(from_fn(negotiation::name_errors))
        .layer(from_fn(response_headers::secure))
        .layer(from_fn_with_state(options.clock.clone(), trace::trace))
}

#[cfg(test)]
mod tests;
