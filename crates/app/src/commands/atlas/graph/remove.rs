//! `groundwork atlas graph remove`

use groundwork_cli::{Format, Output, Result, text::printable};
use groundwork_core::services::atlas::graph::GraphSummary;

use super::args::GraphArgument;
use crate::state::AppState;

/// Removes a graph.
pub(super) async fn run(
    output: Output,
    state: &AppState,
    graph: &GraphArgument,
    format: Format,
) -> Result {
    let id = super::find(state, graph).await?;
    let work = state.db.begin().await?;
    let graph = state.atlas.graph(&work, id).await?;
    state.atlas.remove_graph(&work, id).await?;
    work.commit().await?;
    output.data(format, &graph, text)
}

fn text(graph: &GraphSummary) -> String {
    let title = printable(&graph.title);
    format!("removed \"{title}\" (graph {})\n", graph.id)
}
