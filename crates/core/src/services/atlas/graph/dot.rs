//! DOT, the language of Graphviz; written only.

use super::model::Graph;

/// Writes a graph.
pub(super) fn render(graph: &Graph) -> String {
    let (word, arrow) = if graph.is_directed() {
        ("digraph", "->")
    } else {
        ("graph", "--")
    };
    let name = graph.name().map(quoted).unwrap_or_default();
    let mut dot = format!("{word} {name} {{\n").replace("  {", " {");
    if let Some(title) = graph.title() {
        dot.push_str(&format!("  label={};\n", quoted(title)));
    }
    dot.push_str("  node [shape=box, style=rounded];\n");
    for (key, node) in graph.nodes() {
        let kind = match &node.kind {
            Some(kind) => format!(", class={}, tooltip={0}", quoted(kind)),
            None => String::new(),
        };
        let (key, label) = (quoted(key), quoted(&node.label));
        dot.push_str(&format!("  {key} [label={label}{kind}];\n"));
    }
    for (key, edge) in graph.edges() {
        let (source, target) = (quoted(&key.source), quoted(&key.target));
        let (label, weight) = (quoted(&key.label), edge.weight);
        dot.push_str(&format!(
            "  {source} {arrow} {target} [label={label}, weight={weight}];\n"
        ));
    }
    dot.push_str("}\n");
    dot
}

/// A text in quotes, in which a backslash would begin an escape of Graphviz's.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
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
