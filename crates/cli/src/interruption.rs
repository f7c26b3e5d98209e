//! Ctrl-C and SIGTERM in a command: its work is dropped, and so undone.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::{CliError, Result};

/// Does the work, unless a signal ends it first.
///
/// # Errors
/// Those of the work; [`CliError::interrupted`] for a signal.
pub async fn unless_interrupted<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let interrupt = SignalKind::interrupt();
    let terminate = SignalKind::terminate();
    let mut by_user = signal(interrupt).map_err(CliError::internal)?;
    let mut by_system = signal(terminate).map_err(CliError::internal)?;
    tokio::select! {
        done = work => done,
        () = received(&mut by_user) => Err(CliError::interrupted(interrupt.as_raw_value())),
        () = received(&mut by_system) => Err(CliError::interrupted(terminate.as_raw_value())),
    }
}

async fn received(signal: &mut Signal) {
    if signal.recv().await.is_none() {
        // None can come any more.
        std::future::pending().await
    }
}
