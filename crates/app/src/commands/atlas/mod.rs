//! `groundwork atlas`: every command opens what it needs, also beside a running server, does one
//! thing, and closes it again.

mod graph;
mod import;
mod list;
mod search;
mod show;

use anyhow::Result;
use tracing::warn;

use crate::{
    cli::Atlas, foundation::Foundation, interruption::unless_interrupted, output::Output,
    settings::Config,
};

/// Does what the command says.
pub(crate) async fn run(output: Output, config: &Config, command: &Atlas) -> Result<()> {
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

async fn perform(output: Output, parts: &Foundation, command: &Atlas) -> Result<()> {
    match command {
        Atlas::Import { paths, format } => import::run(output, parts, paths, *format).await,
        Atlas::Search(search) => search::run(output, parts, search).await,
        Atlas::Graph(command) => graph::run(output, parts, command).await,
        Atlas::List(list) => list::run(output, parts, list).await,
        Atlas::Show {
            video,
            transcript,
            text,
            format,
        } => {
            let id = show::find(parts, video).await?;
            match transcript {
                Some(language) => {
                    show::transcript(output, parts, id, language, *text, *format).await
                }
                None => show::video(output, parts, id, *format).await,
            }
        }
    }
}

/// `1:02:03`, `2:03`.
fn clock(ms: i64) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}
