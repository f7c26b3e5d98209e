//! Ctrl-C and SIGTERM in a command: what it was doing is dropped, and so undone.

use anyhow::Result;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Refusal;

/// Does the work, unless a signal ends it first.
pub(crate) async fn unless_interrupted<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let interrupt = SignalKind::interrupt();
    let terminate = SignalKind::terminate();
    let (mut by_user, mut by_system) = (signal(interrupt)?, signal(terminate)?);
    tokio::select! {
        done = work => done,
        () = received(&mut by_user) => Err(Refusal::Signal(interrupt.as_raw_value()).into()),
        () = received(&mut by_system) => Err(Refusal::Signal(terminate.as_raw_value()).into()),
    }
}

async fn received(signal: &mut Signal) {
    if signal.recv().await.is_none() {
        // None can come any more.
        std::future::pending().await
    }
}
