//! Listening on an address.

use std::{io, net::SocketAddr};

use groundwork_core::error::{DomainError, Kind};
use tokio::net::TcpListener;

use crate::port_holder;

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Somebody listens there already.
    #[error(
        "{address} is in use{}: stop it, or listen on another address (http.bind)",
        holder.as_ref().map_or_else(String::new, |holder| format!(" by {holder}"))
    )]
    InUse {
        /// The address.
        address: SocketAddr,
        /// The process that holds it, such as `groundwork (process 4711)`, if it is known.
        holder: Option<String>,
    },
    /// This user may not listen there.
    #[error(
        "listening on {address} is not permitted: ports below 1024 are for root; choose another (http.bind)"
    )]
    Forbidden {
        /// The address.
        address: SocketAddr,
    },
    /// The address is not one of this machine.
    #[error("{address} is no address of this machine: choose another (http.bind)")]
    NotHere {
        /// The address.
        address: SocketAddr,
    },
    /// Anything else.
    #[error("cannot listen on {address}")]
    Other {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
}

impl DomainError for BindError {
    fn kind(&self) -> Kind {
        Kind::Unavailable
    }
}

/// Listens on an address.
///
/// # Errors
/// [`BindError`], which says who holds the address or what else is wrong, and what to do.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => BindError::InUse {
                address,
                holder: port_holder::find(address.port()),
            },
            io::ErrorKind::PermissionDenied => BindError::Forbidden { address },
            io::ErrorKind::AddrNotAvailable => BindError::NotHere { address },
            _ => BindError::Other { address, source },
        })
}
