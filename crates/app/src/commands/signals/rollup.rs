//! `groundwork signals rollup`

use groundwork_cli::{Output, Result, text::counted};
use groundwork_core::services::signals::{Moment, RolledUp};

use super::args::Rollup;
use super::argument::parsed;
use crate::state::AppState;

/// Brings the time series up to date.
pub(super) async fn run(output: Output, state: &AppState, rollup: &Rollup) -> Result {
    let since: Option<Moment> = parsed("--since", rollup.since.as_deref())?;
    let rolled_up = match since {
        Some(since) => state.signals.roll_up_since(since.beginning()).await?,
        None => state.signals.roll_up().await?,
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
