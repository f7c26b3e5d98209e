//! `groundwork atlas graph`

mod import;
mod list;
mod remove;
mod show;
mod walk;

use anyhow::Result;
use groundwork_core::services::atlas::graph::GraphId;
use uuid::Uuid;

use crate::{
    cli::{Graph, GraphArgument},
    failure::Refusal,
    foundation::Foundation,
    output::Output,
};

/// Does what the command says.
pub(super) async fn run(output: Output, parts: &Foundation, command: &Graph) -> Result<()> {
    match command {
        Graph::Import(import) => import::run(output, parts, import).await,
        Graph::List(list) => list::run(output, parts, list).await,
        Graph::Show { graph, view } => show::run(output, parts, graph, *view).await,
        Graph::Neighbours {
            graph,
            node,
            depth,
            direction,
            format,
        } => walk::neighbours(output, parts, graph, (node, *depth, *direction), *format).await,
        Graph::Path {
            graph,
            from,
            to,
            max_hops,
            direction,
            format,
        } => {
            let asked = walk::asked(from, to, *max_hops, *direction);
            walk::path(output, parts, graph, &asked, *format).await
        }
        Graph::Remove { graph, format } => remove::run(output, parts, graph, *format).await,
    }
}

/// The graph of this name or id.
async fn find(parts: &Foundation, argument: &GraphArgument) -> Result<GraphId> {
    let text = argument.graph.as_str();
    let reader = parts.db.reader();
    let named = parts.atlas.find_graph(&reader, text).await?;
    match (named, Uuid::try_parse(text)) {
        (Some(graph), _) => Ok(graph.id),
        (None, Ok(id)) => Ok(id.into()),
        (None, Err(_)) => {
            let advice = "`groundwork atlas graph list` lists them";
            let message = format!("there is no knowledge graph {text:?}: {advice}");
            Err(Refusal::Argument(message).into())
        }
    }
}
