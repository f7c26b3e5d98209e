//! `groundwork atlas graph show`

use std::collections::BTreeMap;

use groundwork_cli::{
    CliError, Output, Result,
    text::{counted, instant, printable, table},
};
use groundwork_core::services::atlas::graph::{Graph, GraphSummary};

use super::args::{GraphArgument, GraphView};
use crate::state::AppState;

/// How many nodes a summary lists.
const LISTED: usize = 20;

/// Shows a graph.
pub(super) async fn run(
    output: Output,
    state: &AppState,
    graph: &GraphArgument,
    view: GraphView,
) -> Result {
    let id = super::find(state, graph).await?;
    let reader = state.db.reader();
    let content = state.atlas.graph_content(&reader, id).await?;
    let text = match view.view() {
        Some(view) => tokio::task::spawn_blocking(move || view.render(&content))
            .await
            .map_err(CliError::internal)?
            .map_err(|error| CliError::bad_input(error.to_string()))?,
        None => summary(&state.atlas.graph(&reader, id).await?, &content),
    };
    output.text(&text)
}

fn summary(graph: &GraphSummary, content: &Graph) -> String {
    let direction = if graph.is_directed {
        "directed"
    } else {
        "undirected"
    };
    let size = format!(
        "{}, {}, {direction}",
        counted(content.nodes().len(), "node"),
        counted(content.edges().len(), "edge"),
    );
    let mut lines = vec![
        ("id", graph.id.to_string()),
        ("name", graph.name.clone()),
        ("size", size),
        ("kinds", kinds(content)),
        ("created", instant(graph.created_at)),
        ("updated", instant(graph.updated_at)),
    ];
    if let Some(video) = graph.video_id {
        lines.push(("video", video.to_string()));
    }
    let lines: Vec<String> = (lines.iter())
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("  {name:8}  {}", printable(value)))
        .collect();
    let title = printable(&graph.title);
    let mut text = format!("{title}\n{}\n", lines.join("\n"));
    if !content.nodes().is_empty() {
        text.push_str(&format!("\n{}\n", most_connected(content)));
    }
    let more = content.nodes().len().saturating_sub(LISTED);
    if more > 0 {
        text.push_str(&format!("… and {} more\n", counted(more, "node")));
    }
    text
}

/// `person 3, place 2`
fn kinds(content: &Graph) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for kind in content
        .nodes()
        .values()
        .filter_map(|node| node.kind.as_deref())
    {
        *kinds.entry(kind).or_default() += 1;
    }
    let counts: Vec<String> = (kinds.iter())
        .map(|(kind, count)| format!("{kind} {count}"))
        .collect();
    counts.join(", ")
}

fn most_connected(content: &Graph) -> String {
    let mut degrees: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for key in content.edges().keys() {
        degrees.entry(&key.source).or_default().0 += 1;
        degrees.entry(&key.target).or_default().1 += 1;
    }
    let degree = |key: &str| degrees.get(key).copied().unwrap_or_default();
    let mut nodes: Vec<_> = content.nodes().iter().collect();
    nodes.sort_by_key(|(key, _)| {
        let (out, into) = degree(key);
        std::cmp::Reverse(out + into)
    });
    let rows = nodes.into_iter().take(LISTED).map(|(key, node)| {
        let (out, into) = degree(key);
        vec![
            key.clone(),
            out.to_string(),
            into.to_string(),
            node.kind.clone().unwrap_or_else(|| "-".to_owned()),
            node.label.clone(),
        ]
    });
    table(&["node", "out", "in", "kind", "label"], rows)
}
