//! The limits of a server.

use std::time::Duration;

use groundwork_core::config;

/// What connections may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServeOptions {
    /// How long requests that are under way may take once the shutdown has begun.
    pub shutdown_grace: Duration,
    /// How long connections are still accepted once the shutdown has begun.
    pub drain_delay: Duration,
    /// How long a client may take nothing of its response before its connection is cut.
    pub write_pause: Duration,
    /// How long a connection may take to send the head of a request.
    pub head_time_limit: Duration,
    /// The most connections that are open at once.
    pub max_connections: usize,
}

impl ServeOptions {
    /// The options that a configuration asks for.
    #[must_use]
    pub fn new<S>(config: &config::Config<S>) -> Self {
        Self {
            shutdown_grace: config.http.shutdown_grace,
            drain_delay: config.http.drain_delay,
            write_pause: config.http.request_timeout,
            head_time_limit: Duration::from_secs(30),
            max_connections: config.http.max_connections,
        }
    }
}
