//! `groundwork atlas graph list`

use groundwork_cli::{
    Output, Result,
    text::{instant, table},
};
use groundwork_core::{page::Page, services::atlas::graph::GraphSummary};

use crate::{
    commands::listing::{self, List},
    state::AppState,
};

/// Lists a page of graphs, or all of them.
pub(super) async fn run(output: Output, state: &AppState, list: &List) -> Result {
    let reader = state.db.reader();
    let read = async |request| Ok(state.atlas.list_graphs(&reader, request).await?);
    let page = listing::read(list, read).await?;
    output.data(list.format, &page, text)?;
    if page.items.is_empty() && list.after.is_none() {
        output.note("no knowledge graphs are stored: try `groundwork atlas graph import FILE`");
    }
    if let Some(next) = page.next {
        output.note(format!("more: groundwork atlas graph list --after {next}"));
    }
    Ok(())
}

fn text(page: &Page<GraphSummary>) -> String {
    if page.items.is_empty() {
        return String::new();
    }
    let rows = page.items.iter().map(|graph| {
        vec![
            graph.name.clone(),
            graph.nodes.to_string(),
            graph.edges.to_string(),
            instant(graph.updated_at),
            graph.title.clone(),
        ]
    });
    table(&["name", "nodes", "edges", "updated", "title"], rows)
}
