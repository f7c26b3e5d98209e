//! `groundwork atlas graph import`

use std::{io, path::Path};

use groundwork_cli::{
    CliError, Output, Result,
    text::{counted, printable},
};
use groundwork_core::services::atlas::{
    Kept, VideoId,
    graph::{self, Changes, ImportedGraph, MAX_TEXT_BYTES, NewGraph},
};
use tokio::{
    fs::File,
    io::{AsyncRead, AsyncReadExt as _, stdin},
};

use super::args::GraphImport;
use crate::{
    commands::atlas::argument::{self, VideoArgument},
    state::AppState,
};

/// Stores a graph, or brings it up to date.
pub(super) async fn run(output: Output, state: &AppState, import: &GraphImport) -> Result {
    let file = import.file.as_path();
    let bytes = read(file).await?;
    let format = import.file_format.or_else(|| graph::Format::of_path(file));
    let content = tokio::task::spawn_blocking(move || graph::read(&bytes, format))
        .await
        .map_err(CliError::internal)?
        .map_err(|error| CliError::bad_input(format!("{}:{error}", called(file))))?;
    let name = import.name.as_deref().or(content.name()).or(stem(file));
    let Some(name) = name else {
        let message = "the graph has no name of its own: give it one with --name";
        return Err(CliError::bad_input(message.to_owned()));
    };
    let new = NewGraph {
        name,
        title: import.title.as_deref(),
        video: video(state, import).await?,
        graph: &content,
    };
    let work = state.db.begin().await?;
    let imported = state.atlas.import_graph(&work, &new).await?;
    work.commit().await?;
    output.data(import.format, &imported, text)
}

async fn video(state: &AppState, import: &GraphImport) -> Result<Option<VideoId>> {
    let Some(video) = &import.video else {
        return Ok(None);
    };
    let argument = VideoArgument {
        video: video.clone(),
    };
    argument::find(state, &argument).await.map(Some)
}

async fn read(file: &Path) -> Result<Vec<u8>> {
    let unreadable =
        |error: io::Error| CliError::bad_input(format!("cannot read {}: {error}", called(file)));
    if file == Path::new("-") {
        return read_all(stdin()).await.map_err(unreadable);
    }
    let file = File::open(file).await.map_err(unreadable)?;
    read_all(file).await.map_err(unreadable)
}

/// One byte more than is allowed is enough to know that there is too much.
async fn read_all(reader: impl AsyncRead + Unpin) -> io::Result<Vec<u8>> {
    let most = u64::try_from(MAX_TEXT_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    reader.take(most + 1).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

fn called(file: &Path) -> String {
    if file == Path::new("-") {
        "standard input".to_owned()
    } else {
        printable(&file.display().to_string())
    }
}

fn stem(file: &Path) -> Option<&str> {
    file.file_stem()?.to_str().filter(|stem| *stem != "-")
}

fn text(imported: &ImportedGraph) -> String {
    let graph = &imported.graph;
    let title = printable(&graph.title);
    let outcome = match imported.outcome {
        Kept::Added => "stored",
        Kept::Updated => "updated",
        Kept::Unchanged => "nothing has changed in",
    };
    format!(
        "{outcome} \"{title}\" ({}), graph {}\n  {}\n  {}\n",
        printable(&graph.name),
        graph.id,
        changes("node", imported.nodes),
        changes("edge", imported.edges),
    )
}

/// `3 nodes: 1 added, 2 unchanged`
fn changes(noun: &str, changes: Changes) -> String {
    let Changes {
        added,
        updated,
        removed,
        unchanged,
    } = changes;
    let state: Vec<String> = [
        (added, "added"),
        (updated, "updated"),
        (unchanged, "unchanged"),
        (removed, "removed"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    let all = counted(added + updated + unchanged, noun);
    if state.is_empty() {
        all
    } else {
        format!("{all}: {}", state.join(", "))
    }
}
