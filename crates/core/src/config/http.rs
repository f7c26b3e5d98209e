//! Section `http`.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use ipnet::IpNet;
use url::Url;

use super::{Keys, Section};

/// The HTTP server.
#[derive(Clone, Debug)]
pub struct Http {
    /// The address to listen on; one that others can reach requires an API key.
    pub bind: SocketAddr,
    /// Origins of web pages that may call the API, each as browsers send it.
    pub allowed_origins: Vec<String>,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// The largest request body, in bytes.
    pub max_body_bytes: u64,
    /// The most connections that are open at once.
    pub max_connections: usize,
    /// How long requests that are under way may take once the server is asked to stop.
    pub shutdown_grace: Duration,
    /// How long connections are still accepted once the server is asked to stop.
    pub drain_delay: Duration,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

impl Section for Http {
    const NAME: &'static str = "http";

    const DEFAULTS: &'static str = "\
# An address other than loopback requires at least one key under auth.keys.
bind: 127.0.0.1:8000
# Origins of web pages that may call the API, such as https://studio.example; none by default.
allowed_origins: []
# A request that takes longer is answered with 504, and one whose body stalls for so long with 408;
# a client that takes nothing of its response for so long is cut off.
request_timeout_s: 30
# The largest request body (2 MiB).
max_body_bytes: 2097152
# The most connections at once. Then idle ones make room, or the next is answered with 503.
max_connections: 1024
# How long requests that are under way get to finish once the server is asked to stop. Service
# managers commonly kill after 30 s.
shutdown_grace_s: 20
# How long a server that is asked to stop goes on accepting connections, while /health/ready already
# answers 503: as long as a load balancer needs to see that.
drain_delay_s: 0
# Proxies, as addresses or networks such as 10.0.0.0/8, whose X-Forwarded-For says who the client is.
trusted_proxies: []
";

    fn read(keys: &mut Keys<'_>) -> Option<Self> {
        let bind = keys.parsed(
            "bind",
            "an IP address and a port, such as 127.0.0.1:8000",
            parse_bind,
        );
        let allowed_origins = keys.list(
            "allowed_origins",
            "an origin such as https://studio.example, without a path",
            parse_origin,
        );
        let request_timeout = keys.seconds("request_timeout_s", 1..=3_600);
        let max_body_bytes = keys.integer("max_body_bytes", 1_024..=1 << 40);
        let max_connections = keys.integer("max_connections", 1..=1_000_000);
        let shutdown_grace = keys.seconds("shutdown_grace_s", 0..=3_600);
        let drain_delay = keys.seconds("drain_delay_s", 0..=3_600);
        let trusted_proxies = keys.list(
            "trusted_proxies",
            "an address such as 10.0.0.1 or a network such as 10.0.0.0/8",
            parse_network,
        );
        Some(Self {
            bind: bind?,
            allowed_origins: allowed_origins?,
            request_timeout: request_timeout?,
            max_body_bytes: max_body_bytes?,
            max_connections: max_connections?,
            shutdown_grace: shutdown_grace?,
            drain_delay: drain_delay?,
            trusted_proxies: trusted_proxies?,
        })
    }
}

/// `localhost` is taken as its IPv4 address, so that it never depends on a resolver.
fn parse_bind(text: &str) -> Option<SocketAddr> {
    match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}").parse().ok(),
        None => text.parse().ok(),
    }
}

fn parse_network(text: &str) -> Option<IpNet> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    address.or_else(|_| text.parse()).ok()
}

/// The origin as a browser writes it in its `Origin` header (RFC 6454), so that texts compare.
fn parse_origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let web = matches!(url.scheme(), "http" | "https");
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    (web && bare && anonymous).then(|| url.origin().ascii_serialization())
}
