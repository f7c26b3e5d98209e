//! `groundwork studio`: every command does one thing.

mod args;
mod export;
mod import;
mod list;
mod project;
mod remove;
mod run;
mod show;

use groundwork_cli::{Output, Result};

pub(crate) use self::args::Studio;
use crate::state::AppState;

/// Does what the command says.
pub(crate) async fn run(output: Output, state: &AppState, command: &Studio) -> Result {
    match command {
        Studio::Import { folder, format } => import::run(output, state, folder, *format).await,
        Studio::List(list) => list::run(output, state, list).await,
        Studio::Show { project, format } => show::run(output, state, project, *format).await,
        Studio::Export {
            project,
            folder,
            format,
        } => export::run(output, state, project, folder, *format).await,
        Studio::Remove { project, format } => remove::run(output, state, project, *format).await,
        Studio::Run(command) => run::run(output, state, command).await,
    }
}
