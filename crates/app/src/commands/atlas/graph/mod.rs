//! `groundwork atlas graph`

mod args;
mod import;
mod list;
mod remove;
mod show;
mod walk;

use groundwork_cli::{CliError, Output, Result};
use groundwork_core::services::atlas::graph::GraphId;
use uuid::Uuid;

pub(super) use self::args::Graph;
use self::args::GraphArgument;
use crate::state::AppState;

/// Does what the command says.
pub(super) async fn run(output: Output, state: &AppState, command: &Graph) -> Result {
    match command {
        Graph::Import(import) => import::run(output, state, import).await,
        Graph::List(list) => list::run(output, state, list).await,
        Graph::Show { graph, view } => show::run(output, state, graph, *view).await,
        Graph::Neighbours {
            graph,
            node,
            depth,
            direction,
            format,
        } => walk::neighbours(output, state, graph, (node, *depth, *direction), *format).await,
        Graph::Path {
            graph,
            from,
            to,
            max_hops,
            direction,
            format,
        } => {
            let asked = walk::asked(from, to, *max_hops, *direction);
            walk::path(output, state, graph, &asked, *format).await
        }
        Graph::Remove { graph, format } => remove::run(output, state, graph, *format).await,
    }
}

/// The graph of this name or id.
async fn find(state: &AppState, argument: &GraphArgument) -> Result<GraphId> {
    let text = argument.graph.as_str();
    let reader = state.db.reader();
    let named = state.atlas.find_graph(&reader, text).await?;
    match (named, Uuid::try_parse(text)) {
        (Some(graph), _) => Ok(graph.id),
        (None, Ok(id)) => Ok(id.into()),
        (None, Err(_)) => {
            let advice = "`groundwork atlas graph list` lists them";
            let message = format!("there is no knowledge graph {text:?}: {advice}");
            Err(CliError::bad_input(message))
        }
    }
}
