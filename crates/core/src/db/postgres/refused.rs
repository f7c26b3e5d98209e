//! Why a server cannot be used, and what to do about it.

use std::io;

use sea_orm::sqlx;
use sqlx::postgres::PgConnectOptions;

use crate::db::{failure, open_error::OpenError};

/// Where a connection was to lead.
pub(super) struct Destination<'a> {
    pub(super) options: &'a PgConnectOptions,
    /// The key that names the server.
    pub(super) key: &'static str,
    /// The URL without its password.
    pub(super) url: String,
}

impl Destination<'_> {
    /// The error of opening, from that of connecting.
    pub(super) async fn refused(self, source: sqlx::Error) -> OpenError {
        if let Some(error) = failure::postgres(&source)
            && let Some(refused) = self.by_code(error.code(), error.message())
        {
            return refused;
        }
        match source {
            sqlx::Error::Io(source) => self.unreachable(source).await,
            sqlx::Error::Tls(source) => self.no_tls(source.to_string()),
            source => OpenError::Other {
                url: self.url,
                source,
            },
        }
    }

    /// What the server itself gives as its reason.
    fn by_code(&self, code: &str, reason: &str) -> Option<OpenError> {
        let (server, key) = (server(self.options), self.key);
        let user = self.options.get_username().to_owned();
        let reason = reason.to_owned();
        Some(match code {
            "28P01" => OpenError::Refused {
                server,
                user,
                key,
                reason,
            },
            "28000" => OpenError::NotAllowed {
                server,
                user,
                key,
                reason,
            },
            failure::TOO_MANY_CONNECTIONS => OpenError::Full {
                server,
                key,
                reason,
            },
            "3D000" => OpenError::NoSuchDatabase {
                server,
                database: self.options.get_database().unwrap_or(&user).to_owned(),
                key,
            },
            _ => return None,
        })
    }

    async fn unreachable(&self, source: io::Error) -> OpenError {
        let (server, key) = (server(self.options), self.key);
        if self.options.get_socket().is_none() {
            // rustls wraps what it refuses, and a certificate's file is read only now.
            let of_tls = [
                io::ErrorKind::InvalidData,
                io::ErrorKind::NotFound,
                io::ErrorKind::PermissionDenied,
            ];
            if of_tls.contains(&source.kind()) {
                return self.no_tls(source.to_string());
            }
            let host = self.options.get_host();
            let found = tokio::net::lookup_host((host, self.options.get_port())).await;
            if let Err(source) = found {
                return OpenError::UnknownHost {
                    host: host.to_owned(),
                    key,
                    source,
                };
            }
        }
        OpenError::Unreachable {
            server,
            key,
            source,
        }
    }

    fn no_tls(&self, reason: String) -> OpenError {
        OpenError::Tls {
            server: server(self.options),
            key: self.key,
            reason,
        }
    }
}

/// Host and port, or the socket.
pub(super) fn server(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}
