//! `groundwork signals rollup`

use anyhow::Result;
use groundwork_core::services::signals::{Moment, RolledUp};

use super::argument::parsed;
use crate::{
    cli::Rollup,
    foundation::Foundation,
    output::{self, Output},
};

/// Brings the time series up to date.
pub(super) async fn run(output: Output, parts: &Foundation, rollup: &Rollup) -> Result<()> {
    let since: Option<Moment> = parsed("--since", rollup.since.as_deref())?;
    let rolled_up = match since {
        Some(since) => parts.signals.roll_up_since(since.beginning()).await?,
        None => parts.signals.roll_up().await?,
    };
    output.data(rollup.format, &rolled_up, |done| {
        text(done).trim_start().to_owned()
    })?;
    Ok(())
}

/// What became of the time series, as a line of its own.
pub(super) fn text(rolled_up: &RolledUp) -> String {
    match rolled_up {
        RolledUp { hours: 0, .. } => "\n  the time series is up to date".to_owned(),
        RolledUp { hours, days } => format!(
            "\n  {} and {} computed anew",
            counted(*hours, "hour"),
            counted(*days, "day")
        ),
    }
}

/// `1 hour`, `3 hours`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    output::counted(usize::try_from(count).unwrap_or(usize::MAX), noun)
}
