//! DOT, the language of Graphviz; written only.

use groundwork_draw::Quoted;

use super::model::Graph;

/// Writes a graph.
pub(super) fn render(graph: &Graph) -> String {
    let (word, arrow) = if graph.is_directed() {
        ("digraph", "->")
    } else {
        ("graph", "--")
    };
    let mut dot = match graph.name() {
        Some(name) => format!("{word} {} {{\n", Quoted(name)),
        None => format!("{word} {{\n"),
    };
    if let Some(title) = graph.title() {
        dot.push_str(&format!("  label={};\n", Quoted(title)));
    }
    dot.push_str("  node [shape=box, style=rounded];\n");
    for (key, node) in graph.nodes() {
        let kind = match &node.kind {
            Some(kind) => format!(", class={}, tooltip={0}", Quoted(kind)),
            None => String::new(),
        };
        let (key, label) = (Quoted(key), Quoted(&node.label));
        dot.push_str(&format!("  {key} [label={label}{kind}];\n"));
    }
    for (key, edge) in graph.edges() {
        let (source, target) = (Quoted(&key.source), Quoted(&key.target));
        let (label, weight) = (Quoted(&key.label), edge.weight);
        dot.push_str(&format!(
            "  {source} {arrow} {target} [label={label}, weight={weight}];\n"
        ));
    }
    dot.push_str("}\n");
    dot
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::atlas::graph::elements::{Directedness, Edge, EdgeKey, Node};

    #[test]
    fn nothing_in_a_label_ends_its_quotes() {
        let mut graph = Graph::new(Directedness::Directed);
        graph
            .add_node("a\" -> \"b", Node::new("\\N \"x\"\ny").of_kind("k;"))
            .unwrap();
        graph
            .add_edge(
                EdgeKey::new("a\" -> \"b", "a\" -> \"b", "\\"),
                Edge::default(),
            )
            .unwrap();
        insta::assert_snapshot!(render(&graph), @r#"
        digraph {
          node [shape=box, style=rounded];
          "a\" -> \"b" [label="\\N \"x\"\ny", class="k;", tooltip="k;"];
          "a\" -> \"b" -> "a\" -> \"b" [label="\\", weight=1];
        }
        "#);
    }
}
