//! The beginning of the end of a server.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Stops a server; clones stop the same one.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    begun: CancellationToken,
    hurried: CancellationToken,
}

impl Shutdown {
    /// A shutdown that nothing has begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A shutdown that SIGTERM and SIGINT (Ctrl-C) begin; a second signal hurries it. SIGHUP, which
    /// ends a process by default, does nothing from now on: see [`Hangups`]. To be called within a
    /// runtime.
    ///
    /// # Errors
    /// The operating system refuses a handler.
    pub fn on_signals() -> io::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        // Tokio keeps a handler for good.
        drop(signal(SignalKind::hangup())?);
        let shutdown = Self::new();
        let begun = shutdown.clone();
        tokio::spawn(async move {
            for step in [Self::begin, Self::hurry] {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                step(&begun);
            }
        });
        Ok(shutdown)
    }

    /// Begins it: soon no new connections, and an end to those that are idle.
    pub fn begin(&self) {
        self.begun.cancel();
    }

    /// Begins it if need be, and waits no longer for requests that are under way.
    pub fn hurry(&self) {
        self.begun.cancel();
        self.hurried.cancel();
    }

    /// Whether it has begun.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.begun.is_cancelled()
    }

    /// Waits until it has begun.
    pub async fn begun(&self) {
        self.begun.cancelled().await;
    }

    /// Waits until it is hurried.
    pub(super) async fn hurried(&self) {
        self.hurried.cancelled().await;
    }
}

/// The signals SIGHUP that come, by which service managers ask a server to read its settings again.
#[derive(Debug)]
pub struct Hangups(Signal);

impl Hangups {
    /// Those from now on. To be called within a runtime.
    ///
    /// # Errors
    /// The operating system refuses a handler.
    pub fn listen() -> io::Result<Self> {
        Ok(Self(signal(SignalKind::hangup())?))
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending().await
        }
    }
}
