//! What each command does.

pub(crate) mod atlas;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod doctor;
mod listing;
pub(crate) mod signals;
pub(crate) mod studio;

use anyhow::Result;
use tracing::warn;

use crate::{foundation::Foundation, interruption::unless_interrupted, settings::Config};

/// Opens what a command needs, also beside a running server, does its work, and closes it again.
async fn with_foundation(
    config: &Config,
    work: impl AsyncFnOnce(&Foundation) -> Result<()>,
) -> Result<()> {
    let parts = Foundation::open(config).await?;
    let done = unless_interrupted(work(&parts)).await;
    if let Err(error) = parts.close().await {
        // What the command did is committed, or taken back, either way.
        warn!(
            error = format!("{error:#}"),
            "the database was not closed in order"
        );
    }
    done
}
