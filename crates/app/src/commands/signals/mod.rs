//! `groundwork signals`: every command does one thing.

mod argument;
mod articles;
mod compare;
mod csv;
mod entities;
mod import;
mod movers;
mod rollup;
mod series;

use anyhow::Result;

use super::with_foundation;
use crate::{cli::Signals, foundation::Foundation, output::Output, settings::Config};

/// Does what the command says.
pub(crate) async fn run(output: Output, config: &Config, command: &Signals) -> Result<()> {
    with_foundation(config, async |parts| perform(output, parts, command).await).await
}

async fn perform(output: Output, parts: &Foundation, command: &Signals) -> Result<()> {
    match command {
        Signals::Import(import) => import::run(output, parts, import).await,
        Signals::Rollup(rollup) => rollup::run(output, parts, rollup).await,
        Signals::Series(series) => series::run(output, parts, series).await,
        Signals::Compare(compare) => compare::run(output, parts, compare).await,
        Signals::Movers(movers) => movers::run(output, parts, movers).await,
        Signals::Articles(articles) => articles::run(output, parts, articles).await,
        Signals::Entities(entities) => entities::run(output, parts, entities).await,
    }
}
