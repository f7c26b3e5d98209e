//! Removes the files of removed rows, in the background, as long as the server runs.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::foundation::Foundation;

/// How long the trash may lie. An empty trash costs one read.
const PERIOD: Duration = Duration::from_secs(5);

/// A sweeper that runs.
#[derive(Debug)]
pub(crate) struct Sweeper {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// Starts sweeping.
pub(crate) fn start(parts: Foundation) -> Sweeper {
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let task = tokio::spawn(async move {
        stopped.run_until_cancelled(sweep_for_ever(parts)).await;
    });
    Sweeper { stop, task }
}

impl Sweeper {
    /// Stops, in the middle of a sweep if need be: what it has not finished, the next one does.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            warn!(%error, "the sweeper ended badly");
        }
    }
}

async fn sweep_for_ever(parts: Foundation) {
    loop {
        tokio::time::sleep(PERIOD).await;
        if let Err(error) = parts.files.sweep(&parts.db).await {
            warn!(
                error = &error as &dyn std::error::Error,
                "could not remove the files of removed rows; trying again"
            );
        }
    }
}
