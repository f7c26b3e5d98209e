//! `groundwork atlas graph remove`

use anyhow::Result;
use groundwork_core::services::atlas::graph::GraphSummary;

use crate::{
    cli::{Format, GraphArgument},
    foundation::Foundation,
    output::{Output, printable},
};

/// Removes a graph.
pub(super) async fn run(
    output: Output,
    parts: &Foundation,
    graph: &GraphArgument,
    format: Format,
) -> Result<()> {
    let id = super::find(parts, graph).await?;
    let work = parts.db.begin().await?;
    let graph = parts.atlas.graph(&work, id).await?;
    parts.atlas.remove_graph(&work, id).await?;
    work.commit().await?;
    Ok(output.data(format, &graph, text)?)
}

fn text(graph: &GraphSummary) -> String {
    let title = printable(&graph.title);
    format!("removed \"{title}\" (graph {})\n", graph.id)
}
