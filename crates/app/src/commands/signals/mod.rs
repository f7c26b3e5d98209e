//! `groundwork signals`: every command does one thing.

mod args;
mod argument;
mod articles;
mod compare;
mod csv;
mod entities;
mod import;
mod movers;
mod rollup;
mod series;

use groundwork_cli::{Output, Result};

pub(crate) use self::args::Signals;
use crate::state::AppState;

/// Does what the command says.
pub(crate) async fn run(output: Output, state: &AppState, command: &Signals) -> Result {
    match command {
        Signals::Import(import) => import::run(output, state, import).await,
        Signals::Rollup(rollup) => rollup::run(output, state, rollup).await,
        Signals::Series(series) => series::run(output, state, series).await,
        Signals::Compare(compare) => compare::run(output, state, compare).await,
        Signals::Movers(movers) => movers::run(output, state, movers).await,
        Signals::Articles(articles) => articles::run(output, state, articles).await,
        Signals::Entities(entities) => entities::run(output, state, entities).await,
    }
}
