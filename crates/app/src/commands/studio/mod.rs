//! `groundwork studio`: every command opens what it needs, also beside a running server, does one
//! thing, and closes it again.

mod export;
mod import;
mod list;
mod project;
mod remove;
mod run;
mod show;

use anyhow::Result;
use groundwork_core::config::Config;
use tracing::warn;

use crate::{
    cli::Studio, foundation::Foundation, interruption::unless_interrupted, output::Output,
};

/// Does what the command says.
pub(crate) async fn run(output: Output, config: &Config, command: &Studio) -> Result<()> {
    let parts = Foundation::open(config).await?;
    let done = unless_interrupted(perform(output, &parts, command)).await;
    if let Err(error) = parts.close().await {
        // What the command did is committed, or taken back, either way.
        warn!(
            error = format!("{error:#}"),
            "the database was not closed in order"
        );
    }
    done
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
