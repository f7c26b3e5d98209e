//! Accepting connections, and their end.

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo, http::StatusCode};
use hyper::{Request, body::Incoming, server::conn::http1::Builder};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use tower::service_fn;

use super::{
    busy::Busy,
    connection, descriptors, last_words,
    options::ServeOptions,
    shutdown::Shutdown,
    slots::{Slot, Slots},
    stream::SharedStream,
};

/// How long a connection may take for the rest of a head once the shutdown has begun.
const HEAD_GRACE: Duration = Duration::from_secs(5);
/// The pause after a connection could not be accepted for lack of descriptors or memory.
const SHORTAGE_PAUSE: Duration = Duration::from_millis(500);
/// How many connections are answered at once that there are too many.
const REFUSALS: usize = 64;

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

/// Serves until `shutdown` begins and `options.drain_delay` is over, then gives requests that are under way at most
/// `options.shutdown_grace` to finish. When it returns, the listener is closed and no handler runs
/// any more.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: &Shutdown,
    options: &ServeOptions,
) -> Drained {
    descriptors::raise(options.max_connections);
    let server = Server {
        router,
        leaves: CancellationToken::new(),
        write_pause: options.write_pause,
        head_time_limit: options.head_time_limit,
        graceful: GracefulShutdown::new(),
        slots: Slots::new(options.max_connections),
        refusals: Arc::new(Semaphore::new(REFUSALS)),
    };
    let mut connections = JoinSet::new();
    let mut leaves = pin!(leaves(shutdown, options.drain_delay));
    loop {
        tokio::select! {
            biased;
            () = &mut leaves => break,
            Some(_) = connections.join_next() => {}
            (stream, peer) = accept(&listener) => server.take(stream, peer, &mut connections),
        }
    }
    drop(listener);
    server.leaves.cancel();
    finish(
        server.graceful,
        connections,
        shutdown,
        options.shutdown_grace,
    )
    .await
}

/// What every connection needs.
struct Server {
    router: Router,
    /// No connection is accepted any more.
    leaves: CancellationToken,
    write_pause: Duration,
    head_time_limit: Duration,
    graceful: GracefulShutdown,
    slots: Slots,
    refusals: Arc<Semaphore>,
}

impl Server {
    fn take(&self, stream: TcpStream, peer: SocketAddr, connections: &mut JoinSet<()>) {
        let busy = Busy::default();
        match self.slots.take(&busy) {
            Some(slot) => {
                connections.spawn(self.run(stream, peer, busy, slot));
            }
            None => self.refuse(stream, connections),
        }
    }

    fn run(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        busy: Busy,
        slot: Slot,
    ) -> impl Future<Output = ()> + Send + use<> {
        let answer = {
            let (busy, router) = (busy.clone(), self.router.clone());
            move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(ConnectInfo(peer));
                busy.clone().answer(router.clone(), request)
            }
        };
        let is_over = is_over(self.leaves.clone(), busy.clone(), slot.gives_way());
        let stream = SharedStream::new(stream, self.write_pause, is_over);
        let connection = Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.head_time_limit)
            .serve_connection(
                TokioIo::new(stream.clone()),
                TowerToHyperService::new(service_fn(answer)),
            );
        let connection = self.graceful.watch(connection);
        let router = self.router.clone();
        async move {
            connection::run(connection, stream, router, busy).await;
            drop(slot);
        }
    }

    /// Answers that there is no room. Where too many wait for that answer, the connection is closed.
    fn refuse(&self, stream: TcpStream, connections: &mut JoinSet<()>) {
        if let Ok(permit) = Arc::clone(&self.refusals).try_acquire_owned() {
            let router = self.router.clone();
            connections.spawn(async move {
                let answer = last_words::refusal(router, StatusCode::SERVICE_UNAVAILABLE).await;
                last_words::say(stream, &answer).await;
                drop(permit);
            });
        }
    }
}

/// Waits until a connection makes room for another one, or has sent no whole head in the moment
/// that the shutdown gave it. One that has is closed after its response anyway.
async fn is_over(leaves: CancellationToken, busy: Busy, gives_way: CancellationToken) {
    let given_up = async {
        leaves.cancelled().await;
        if !busy.starts_none_within(HEAD_GRACE).await {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = given_up => {}
        () = gives_way.cancelled() => {}
    }
}

/// Waits until no connection is to be accepted any more.
async fn leaves(shutdown: &Shutdown, delay: Duration) {
    shutdown.begun().await;
    tracing::info!(?delay, "asked to stop");
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        () = shutdown.hurried() => {}
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Responses are written whole; waiting to fill packets only delays them.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection keeps Nagle's algorithm");
                }
                return (stream, peer);
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
