//! Which address a request comes from.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request},
    http::HeaderMap,
};
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the client: that of the connection, or, behind trusted proxies, the one nearest to
/// them in `X-Forwarded-For` that is none of theirs. Anybody can write what is before it.
pub(crate) fn address(request: &Request, proxies: &[IpNet]) -> IpAddr {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(peer)| peer.ip());
    let is_trusted = |address: &IpAddr| {
        let address = address.to_canonical();
        proxies.iter().any(|proxy| proxy.contains(&address))
    };
    if !is_trusted(&peer) {
        return peer;
    }
    let forwarded = forwarded_for(request.headers());
    let client = forwarded.iter().rev().find(|address| !is_trusted(address));
    client.or(forwarded.first()).copied().unwrap_or(peer)
}

/// The addresses in the order in which they were added; up to the last that is none.
fn forwarded_for(headers: &HeaderMap) -> Vec<IpAddr> {
    let lines = headers.get_all(FORWARDED_FOR).iter();
    let all: Vec<&str> = lines
        .flat_map(|line| line.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .collect();
    let mut addresses: Vec<IpAddr> = all
        .iter()
        .rev()
        .map_while(|text| text.parse().ok())
        .collect();
    addresses.reverse();
    addresses
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn seen(peer: [u8; 4], forwarded: &[&str]) -> String {
        let mut request = Request::new(Body::empty());
        let peer = SocketAddr::from((peer, 40_000));
        request.extensions_mut().insert(ConnectInfo(peer));
        for line in forwarded {
            let line = line.parse().unwrap();
            request.headers_mut().append(FORWARDED_FOR, line);
        }
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        address(&request, &proxies).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_says_whom_it_speaks_for() {
        assert_eq!(seen([192, 0, 2, 1], &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(seen([10, 0, 0, 1], &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(seen([10, 0, 0, 1], &[]), "10.0.0.1");
        assert_eq!(seen([10, 0, 0, 1], &["a name"]), "10.0.0.1");
    }

    #[test]
    fn the_nearest_address_that_is_no_proxy_counts() {
        let chain = ["203.0.113.9, 198.51.100.7", "10.1.2.3"];
        assert_eq!(seen([10, 0, 0, 1], &chain), "198.51.100.7");
        assert_eq!(seen([10, 0, 0, 1], &["x, 198.51.100.7"]), "198.51.100.7");
        assert_eq!(seen([10, 0, 0, 1], &["10.9.9.9, 10.1.2.3"]), "10.9.9.9");
    }
}
