//! Texts that are no graphs: each is refused at its place, with its reason.

use std::fmt::Write as _;

use crate::services::atlas::graph::{Directedness, Format, Graph, MAX_NODES, Node, View};

/// What each text is refused with.
fn refusals(format: Format, texts: &[&str]) -> String {
    let mut lines = String::new();
    for text in texts {
        let error = format.parse(text).unwrap_err();
        writeln!(lines, "{error}").unwrap();
    }
    lines
}

#[test]
fn node_link_json_is_refused_at_its_place() {
    let texts = [
        "",
        "{\n  \"nodes\": [,]\n}",
        "[]",
        r#"{"nodes": []}"#,
        r#"{"nodes": [], "edges": [], "links": []}"#,
        r#"{"nodes": [], "edges": [], "vertices": []}"#,
        "{\"nodes\": [\n  {\"id\": \"ä\"}, {\"name\": \"x\"}], \"edges\": []}",
        r#"{"nodes": [{"id": "a"}, {"id": "a"}], "edges": []}"#,
        r#"{"nodes": [{"id": "a", "id": "b"}], "edges": []}"#,
        r#"{"nodes": [{"id": "a", "kind": 7}], "edges": []}"#,
        r#"{"nodes": [{"id": 1.5}], "edges": []}"#,
        r#"{"nodes": [{"id": "a\u0000"}], "edges": []}"#,
        r#"{"nodes": [{"id": ""}], "edges": []}"#,
        r#"{"nodes": [{"id": "lovelace"}], "edges": [{"source": "lovelace", "target": "lovelase"}]}"#,
        r#"{"nodes": [{"id": "a"}], "edges": [{"source": "a", "target": "a", "weight": 0}]}"#,
        r#"{"nodes": [{"id": "a"}], "edges": [{"source": "a", "target": "a", "weight": 1e999}]}"#,
        r#"{"nodes": [{"id": "a"}], "edges": [{"source": "a", "target": "a"}, {"source": "a", "target": "a"}]}"#,
        r#"{"nodes": [{"id": "a", "note": "\ud800"}], "edges": []}"#,
    ];
    insta::assert_snapshot!(refusals(Format::NodeLink, &texts));
}

#[test]
fn linked_data_is_refused_at_its_place() {
    let texts = [
        "{}",
        r#"{"@graph": [{"label": "nobody"}]}"#,
        r#"{"@graph": [{"@id": "a", "@reverse": {}}]}"#,
        r#"{"@graph": [{"@id": "a", "knows": {"@id": "b", "label": "B"}}]}"#,
        r#"{"@graph": [{"@id": "a", "knows": {"@id": "b", "@annotation": {"weight": "much"}}}]}"#,
        r#"{"@graph": [{"@id": "a", "knows": [{"@id": "b"}, {"@id": "b"}]}]}"#,
    ];
    insta::assert_snapshot!(refusals(Format::JsonLd, &texts));
}

#[test]
fn graphml_is_refused_at_its_place() {
    let around = |inside: &str| {
        format!(
            "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n\
             <key id=\"w\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>\n\
             <graph edgedefault=\"directed\"><node id=\"a\"/>\n{inside}</graph></graphml>"
        )
    };
    let insides = [
        "<edge source=\"a\" target=\"b\"/>",
        "<edge source=\"a\"/>",
        "<edge source=\"a\" target=\"a\"><data key=\"w\">heavy</data></edge>",
        "<edge source=\"a\" target=\"a\"><data key=\"w\">INF</data></edge>",
        "<edge source=\"a\" target=\"a\"><data key=\"v\">1</data></edge>",
        "<edge source=\"a\" target=\"a\" directed=\"false\"/>",
        "<edge source=\"a\" target=\"a\" sourceport=\"north\"/>",
        "<node id=\"b\"><data key=\"w\">1</data></node>",
        "<node id=\"b\"><graph/></node>",
        "<node/>",
        "<hyperedge/>",
        "<vertex/>",
        "<node id=\"&me;\"/>",
        "<node>",
    ];
    let mut texts: Vec<String> = insides.into_iter().map(around).collect();
    for text in [
        "<!DOCTYPE graphml [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><graphml>&b;</graphml>",
        "<!DOCTYPE graphml SYSTEM \"file:///etc/passwd\"><graphml/>",
        "<graphml/>",
        "<gexf/>",
        "no markup",
        "<graphml><graph/><graph/></graphml>",
        "<graphml><key id=\"k\" attr.type=\"date\"/><graph/></graphml>",
    ] {
        texts.push(text.to_owned());
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    insta::assert_snapshot!(refusals(Format::GraphMl, &texts));
}

#[test]
fn what_is_nested_without_end_is_refused_and_breaks_nothing() {
    let deep = "[".repeat(200_000);
    assert!(Format::NodeLink.parse(&deep).is_err());
    let closed = format!("{deep}{}", "]".repeat(200_000));
    let node = format!("{{\"nodes\": [{{\"id\": \"a\", \"x\": {closed}}}], \"edges\": []}}");
    let refused = Format::NodeLink.parse(&node).unwrap_err();
    assert!(refused.reason.contains("nested"), "{refused}");
    let some = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let node = format!("{{\"nodes\": [{{\"id\": \"a\", \"x\": {some}}}], \"edges\": []}}");
    let refused = Format::NodeLink.parse(&node).unwrap_err();
    assert!(refused.reason.contains("nested"), "{refused}");
    let elements = format!("<graphml>{}", "<a>".repeat(50_000));
    assert!(Format::GraphMl.parse(&elements).is_err());
    let closed = format!("{elements}{}</graphml>", "</a>".repeat(50_000));
    assert!(Format::GraphMl.parse(&closed).is_err());
}

#[test]
fn a_graph_has_a_limit() {
    let mut graph = Graph::new(Directedness::Directed);
    for number in 0..MAX_NODES {
        graph.add_node(number.to_string(), Node::new("n")).unwrap();
    }
    let refused = graph.add_node("one more", Node::new("n")).unwrap_err();
    assert_eq!(refused.to_string(), "there are more than 100000 nodes");
    let refused = View::Svg.render(&graph).unwrap_err();
    assert!(refused.to_string().contains("too large to draw"));
}
