//! Removes the files of removed rows, in the background, as long as the server runs.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::state::{self, AppState};

/// How often the trash is emptied. An empty trash costs one read.
const PERIOD: Duration = Duration::from_secs(5);

/// A sweeper that runs.
#[derive(Debug)]
pub(crate) struct Sweeper {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// Starts sweeping, once none of the `pending` migrations is left.
pub(crate) fn start(state: AppState, pending: &[String]) -> Sweeper {
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let is_behind = !pending.is_empty();
    let task = tokio::spawn(async move {
        let work = async {
            if is_behind {
                wait_for_schema(&state).await;
            }
            sweep_for_ever(&state).await;
        };
        stopped.run_until_cancelled(work).await;
    });
    Sweeper { stop, task }
}

impl Sweeper {
    /// Stops, even in the middle of a sweep: the next one does the rest.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            warn!(%error, "the sweeper ended badly");
        }
    }
}

/// Waits for the tables, and then settles what an up-to-date server settles when it starts.
async fn wait_for_schema(state: &AppState) {
    while !matches!(state::pending(&state.db).await, Ok(pending) if pending.is_empty()) {
        tokio::time::sleep(PERIOD).await;
    }
    if let Err(error) = state.files.repair(&state.db).await {
        warn!(
            error = &error as &dyn std::error::Error,
            "could not settle what was in flight; the next start tries again"
        );
    }
}

async fn sweep_for_ever(state: &AppState) {
    loop {
        tokio::time::sleep(PERIOD).await;
        if let Err(error) = state.files.sweep(&state.db).await {
            warn!(
                error = &error as &dyn std::error::Error,
                "could not remove the files of removed rows; trying again"
            );
        }
    }
}
