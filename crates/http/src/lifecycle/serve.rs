//! Accepting connections, and their end.

use std::{io, time::Duration};

use axum::Router;
use hyper::server::conn::http1::Builder;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tower::service_fn;

use super::{busy::Busy, closing::ClosingStream, shutdown::Shutdown};

/// How long a connection may take to send the head of a request.
const HEAD_TIME_LIMIT: Duration = Duration::from_secs(30);
/// How long a connection may take for the rest of a head once the shutdown has begun.
const HEAD_GRACE: Duration = Duration::from_secs(5);
/// The pause after a connection could not be accepted for lack of descriptors or memory.
const SHORTAGE_PAUSE: Duration = Duration::from_millis(500);

/// How a server's work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// Every request that was under way got its response.
    Whole,
    /// So many connections were cut off, because the time was up or the shutdown was hurried.
    CutOff {
        /// Connections that still had something under way.
        connections: usize,
    },
}

/// Serves until `shutdown` begins, then gives requests that are under way at most `drain` to
/// finish. When it returns, the listener is closed and no handler runs any more.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: &Shutdown,
    drain: Duration,
) -> Drained {
    let graceful = GracefulShutdown::new();
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_LIMIT);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = shutdown.begun() => break,
            Some(_) = connections.join_next() => {}
            stream = accept(&listener) => {
                let busy = Busy::default();
                let answer = {
                    let (busy, router) = (busy.clone(), router.clone());
                    move |request| busy.clone().answer(router.clone(), request)
                };
                let service = TowerToHyperService::new(service_fn(answer));
                let stream = ClosingStream::until(given_up(shutdown.clone(), busy), stream);
                let connection = builder.serve_connection(TokioIo::new(stream), service);
                let connection = graceful.watch(connection);
                connections.spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "a connection broke off");
                    }
                });
            }
        }
    }
    drop(listener);
    finish(graceful, connections, shutdown, drain).await
}

/// Waits until a connection has sent no whole head in the moment that it was given. One that has is
/// closed after its response anyway.
async fn given_up(shutdown: Shutdown, busy: Busy) {
    shutdown.begun().await;
    if !busy.starts_none_within(HEAD_GRACE).await {
        std::future::pending::<()>().await;
    }
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Responses are written whole; waiting to fill packets only delays them.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection keeps Nagle's algorithm");
                }
                return stream;
            }
            // The client gave up between its request for a connection and now.
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections at present");
                tokio::time::sleep(SHORTAGE_PAUSE).await;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

async fn finish(
    graceful: GracefulShutdown,
    mut connections: JoinSet<()>,
    shutdown: &Shutdown,
    drain: Duration,
) -> Drained {
    while connections.try_join_next().is_some() {}
    tracing::info!(
        connections = connections.len(),
        "finishing what is under way"
    );
    let in_time = tokio::select! {
        () = graceful.shutdown() => true,
        () = tokio::time::sleep(drain) => false,
        () = shutdown.hurried() => false,
    };
    if in_time {
        while connections.join_next().await.is_some() {}
        return Drained::Whole;
    }
    while connections.try_join_next().is_some() {}
    let left = connections.len();
    connections.shutdown().await;
    if left == 0 {
        return Drained::Whole;
    }
    tracing::warn!(
        connections = left,
        "cut off connections that had not finished"
    );
    Drained::CutOff { connections: left }
}
