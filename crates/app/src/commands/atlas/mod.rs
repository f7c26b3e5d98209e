//! `groundwork atlas`: every command opens what it needs, also beside a running server, does one
//! thing, and closes it again.

mod args;
mod argument;
mod graph;
mod import;
mod list;
mod search;
mod show;

use groundwork_cli::{Output, Result};

pub(crate) use self::args::Atlas;
use crate::state::AppState;

/// Does what the command says.
pub(crate) async fn run(output: Output, state: &AppState, command: &Atlas) -> Result {
    match command {
        Atlas::Import {
            paths,
            strict,
            format,
        } => import::run(output, state, paths, *strict, *format).await,
        Atlas::Search(search) => search::run(output, state, search).await,
        Atlas::Graph(command) => graph::run(output, state, command).await,
        Atlas::List(list) => list::run(output, state, list).await,
        Atlas::Show {
            video,
            transcript,
            text,
            format,
        } => {
            let id = argument::find(state, video).await?;
            match transcript {
                Some(language) => {
                    show::transcript(output, state, id, language, *text, *format).await
                }
                None => show::video(output, state, id, *format).await,
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
