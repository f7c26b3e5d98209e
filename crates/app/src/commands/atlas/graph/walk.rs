//! `groundwork atlas graph neighbours` and `path`

use groundwork_cli::{
    CliError, Format, Output, Result,
    text::{printable, table},
};
use groundwork_core::services::atlas::graph::{GraphPath, MAX_VISITED, NeighbourQuery, PathQuery};

use super::args::{GraphArgument, Way};
use crate::state::AppState;

/// Lists the nodes near a node.
pub(super) async fn neighbours(
    output: Output,
    state: &AppState,
    graph: &GraphArgument,
    (node, depth, way): (&str, u32, Option<Way>),
    format: Format,
) -> Result {
    let id = super::find(state, graph).await?;
    let query = NeighbourQuery {
        node: node.to_owned(),
        depth,
        direction: way.map(Into::into),
    };
    let reader = state.db.reader();
    let found = (state.atlas)
        .graph_neighbourhood(&reader, id, &query)
        .await?;
    output.data(format, &found, |found| {
        if found.items.is_empty() {
            return String::new();
        }
        let rows = found.items.iter().map(|it| {
            vec![
                it.depth.to_string(),
                it.key.clone(),
                it.kind.clone().unwrap_or_else(|| "-".to_owned()),
                it.label.clone(),
            ]
        });
        table(&["depth", "node", "kind", "label"], rows)
    })?;
    if found.items.is_empty() {
        output.note("no edge leads from there: --direction both follows edges either way");
    }
    if found.is_cut {
        output.note(format!(
            "the search was cut off after {MAX_VISITED} nodes; there may be more: ask for a smaller --depth"
        ));
        return Err(CliError::found());
    }
    Ok(())
}

/// What the arguments ask for.
pub(super) fn asked(from: &str, to: &str, max_hops: u32, way: Option<Way>) -> PathQuery {
    PathQuery {
        from: from.to_owned(),
        to: to.to_owned(),
        max_hops,
        direction: way.map(Into::into),
    }
}

/// Finds a shortest path.
pub(super) async fn path(
    output: Output,
    state: &AppState,
    graph: &GraphArgument,
    query: &PathQuery,
    format: Format,
) -> Result {
    let id = super::find(state, graph).await?;
    let reader = state.db.reader();
    let found = state.atlas.graph_path(&reader, id, query).await?;
    if found.is_none() {
        output.note(format!(
            "no path of at most {} edges leads from {} to {}",
            query.max_hops,
            printable(&query.from),
            printable(&query.to)
        ));
    }
    output.data(format, &found, |found| {
        found.as_ref().map(text).unwrap_or_default()
    })?;
    match found {
        Some(_) => Ok(()),
        None => Err(CliError::found()),
    }
}

/// A node a line, with the edge to the next one below it.
fn text(path: &GraphPath) -> String {
    let mut text = String::new();
    for (number, node) in path.nodes.iter().enumerate() {
        text.push_str(&format!(
            "{}  {}\n",
            printable(&node.key),
            printable(&node.label)
        ));
        if let Some(edge) = path.edges.get(number) {
            let arrow = if edge.source == node.key {
                '↓'
            } else {
                '↑'
            };
            let label = printable(&edge.label);
            text.push_str(&format!("  {arrow} {label} ({})\n", edge.weight));
        }
    }
    text
}
