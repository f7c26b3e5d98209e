//! What every HTTP service on Groundwork shares; it knows no domain.
//!
//! A service hands its routes to [`service()`], which puts around them what all need: request ids and
//! spans, structured errors for whatever can go wrong, limits of time and size, API keys, CORS and
//! security headers. Handlers take the extractors [`Json`], [`Path`], [`Query`] and [`PageQuery`]
//! and return [`ApiError`], into which every domain error turns by its kind. [`bind`] and [`serve`]
//! run it until a [`Shutdown`].
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use groundwork_core::{clock::Clock, config::Config};
//! use groundwork_http::{
//!     ApiError, Json, Options, Path, Routes, ServeOptions, Shutdown, bind, health, serve, service,
//! };
//!
//! async fn square(Path(number): Path<u32>) -> Result<Json<u32>, ApiError> {
//!     Ok(Json(number.saturating_mul(number)))
//! }
//!
//! # async fn run(config: Config) -> Result<(), Box<dyn std::error::Error>> {
//! let routes = Routes {
//!     open: health(Vec::new()),
//!     guarded: Router::new().route("/api/squares/{number}", get(square)),
//!     ..Routes::default()
//! };
//! let app = service(routes, &Options::new(&config, Clock::system()));
//! let (shutdown, listener) = (Shutdown::on_signals()?, bind(config.http.bind).await?);
//! serve(listener, app, &shutdown, &ServeOptions::new(&config)).await;
//! # Ok(())
//! # }
//! ```

mod attempts;
mod auth;
mod body;
mod client;
mod content;
mod contract;
mod error;
mod extract;
mod fallback;
mod health;
mod host;
mod lifecycle;
mod metrics;
mod negotiation;
mod observed;
mod openapi;
mod origin;
mod page;
mod panics;
mod port_holder;
mod refused;
mod replaceable;
mod response_headers;
mod service;
mod trace;
mod traffic;

pub use self::{
    auth::Caller,
    body::announced_length,
    content::{Content, ContentRequest},
    error::{ApiError, ErrorBody, FieldError},
    extract::{Json, Path, Query, RawBody},
    health::{Check, CheckFailed, health},
    lifecycle::{BindError, Drained, Hangups, ServeOptions, Shutdown, bind, serve},
    metrics::{CannotCollect, Metrics},
    openapi::{About, Described, Document, ErrorCode},
    page::{LimitQuery, PageQuery},
    replaceable::Replaceable,
    service::{Options, Routes, service},
    trace::RequestId,
};
