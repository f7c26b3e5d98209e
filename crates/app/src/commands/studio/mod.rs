//! `groundwork studio`: every command does one thing.

mod export;
mod import;
mod list;
mod project;
mod remove;
mod run;
mod show;

use anyhow::Result;

use super::with_foundation;
use crate::{cli::Studio, foundation::Foundation, output::Output, settings::Config};

/// Does what the command says.
pub(crate) async fn run(output: Output, config: &Config, command: &Studio) -> Result<()> {
    with_foundation(config, async |parts| perform(output, parts, command).await).await
}

async fn perform(output: Output, parts: &Foundation, command: &Studio) -> Result<()> {
    match command {
        Studio::Import { folder, format } => import::run(output, parts, folder, *format).await,
        Studio::List(list) => list::run(output, parts, list).await,
        Studio::Show { project, format } => show::run(output, parts, project, *format).await,
        Studio::Export {
            project,
            folder,
            format,
        } => export::run(output, parts, project, folder, *format).await,
        Studio::Remove { project, format } => remove::run(output, parts, project, *format).await,
        Studio::Run(command) => run::run(output, parts, command).await,
    }
}
