//! `groundwork atlas graph list`

use groundwork_cli::{
    CliError, Output, Result,
    text::{instant, table},
};
use groundwork_core::{
    page::{Page, PageLimit, PageRequest},
    services::atlas::graph::GraphSummary,
};

use super::args::GraphList;
use crate::state::AppState;

/// Lists a page of graphs, or all of them.
pub(super) async fn run(output: Output, state: &AppState, list: &GraphList) -> Result {
    let reader = state.db.reader();
    let mut page = state.atlas.list_graphs(&reader, request(list)?).await?;
    while list.all && page.next.is_some() {
        let request = PageRequest {
            after: page.next,
            limit: PageLimit::MAX,
        };
        let next = state.atlas.list_graphs(&reader, request).await?;
        page.items.extend(next.items);
        page.next = next.next;
    }
    output.data(list.format, &page, text)?;
    if page.items.is_empty() && list.after.is_none() {
        output.note("no knowledge graphs are stored: try `groundwork atlas graph import FILE`");
    }
    if let Some(next) = page.next {
        output.note(format!("more: groundwork atlas graph list --after {next}"));
    }
    Ok(())
}

fn request(list: &GraphList) -> Result<PageRequest> {
    let cursor = list.after.as_deref().map(str::parse).transpose();
    let limit = match list.all {
        true => PageLimit::MAX,
        false => PageLimit::new(list.limit).unwrap_or(PageLimit::DEFAULT),
    };
    Ok(PageRequest {
        after: cursor.map_err(|error| CliError::bad_input(format!("--after: {error}")))?,
        limit,
    })
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
