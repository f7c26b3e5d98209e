//! Graphs as other programs write them.

use serde_json::json;

use crate::services::atlas::graph::{EdgeKey, Format, Graph};

fn read(text: &str) -> Graph {
    let format = Format::of_text(text).unwrap();
    format.parse(text).unwrap()
}

fn edges(graph: &Graph) -> Vec<String> {
    (graph.edges().iter())
        .map(
            |(
                EdgeKey {
                    source,
                    target,
                    label,
                },
                edge,
            )| { format!("{source} -{label}-> {target} {}", edge.weight) },
        )
        .collect()
}

#[test]
fn networkx_writes_links_or_edges_and_numbers_as_ids() {
    // json.dumps(networkx.node_link_data(graph)) of a MultiDiGraph, NetworkX 3.2
    let links = r#"{"directed": true, "multigraph": true, "graph": {"name": "trade", "year": 1900},
        "nodes": [{"size": 3, "id": 1}, {"id": 2}],
        "links": [{"weight": 2.5, "source": 1, "target": 2, "key": 0},
                  {"source": 1, "target": 2, "key": "sells"}]}"#;
    let graph = read(links);
    assert_eq!(graph.name(), Some("trade"));
    assert_eq!(graph.properties()["year"], 1900);
    assert_eq!(graph.nodes()["1"].properties["size"], 3);
    assert_eq!(graph.nodes()["2"].label, "2");
    assert_eq!(edges(&graph), ["1 --> 2 2.5", "1 -sells-> 2 1"]);
    assert_eq!(read(&links.replace("links", "edges")), graph);
}

#[test]
fn networkx_writes_graphml_with_types() {
    let text = r#"<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
  <key id="d3" for="edge" attr.name="weight" attr.type="double" />
  <key id="d2" for="node" attr.name="alive" attr.type="boolean"><default>false</default></key>
  <key id="d1" for="node" attr.name="born" attr.type="long" />
  <key id="d0" for="graph" attr.name="name" attr.type="string" />
  <graph edgedefault="undirected">
    <data key="d0">people</data>
    <edge source="ada" target="charles"><data key="d3">0.5</data></edge>
    <node id="ada"><data key="d1">1815</data></node>
    <node id="charles"><data key="d1">1791</data><data key="d2">True</data></node>
  </graph>
</graphml>"#;
    let graph = read(text);
    assert!(!graph.is_directed());
    assert_eq!(graph.name(), Some("people"));
    let properties = |key: &str| json!(graph.nodes()[key].properties);
    assert_eq!(properties("ada"), json!({"born": 1815, "alive": false}));
    assert_eq!(properties("charles"), json!({"born": 1791, "alive": true}));
    assert_eq!(edges(&graph), ["ada --> charles 0.5"]);
}

#[test]
fn linked_data_is_read_as_it_is() {
    let text = r#"{"@context": {"schema": "https://schema.org/"},
      "@graph": [
        {"@id": "https://example.org/ada", "@type": ["schema:Person", "schema:Author"],
         "schema:name": "Ada Lovelace",
         "schema:knows": [{"@id": "https://example.org/charles"}, {"@id": "_:mary"}],
         "schema:birthDate": {"@value": "1815-12-10", "@type": "schema:Date"}},
        {"@id": "_:mary", "schema:name": {"@value": "Mary", "@language": "en"}}]}"#;
    let graph = read(text);
    let ada = &graph.nodes()["https://example.org/ada"];
    assert_eq!(ada.label, "Ada Lovelace");
    assert_eq!(ada.kind.as_deref(), Some("schema:Person"));
    assert_eq!(ada.properties["additionalType"], json!(["schema:Author"]));
    assert_eq!(ada.properties["schema:birthDate"]["@value"], "1815-12-10");
    assert_eq!(graph.nodes()["_:mary"].label, "Mary");
    assert_eq!(graph.nodes().len(), 3, "charles is only referred to");
    assert_eq!(edges(&graph).len(), 2);
    let again = Format::JsonLd.parse(&Format::JsonLd.render(&graph));
    assert_eq!(again, Ok(graph));
}

#[test]
fn expanded_and_flattened_linked_data_is_read() {
    let text = r##"[{"@id": "#a", "@type": ["http://x/T"],
        "http://www.w3.org/2000/01/rdf-schema#label": [{"@value": "A"}],
        "http://x/age": [{"@value": 7}], "http://x/knows": [{"@id": "#b"}]},
        {"@id": "#b"}]"##;
    let graph = read(text);
    assert_eq!(graph.nodes()["a"].label, "A");
    assert_eq!(graph.nodes()["a"].properties["http://x/age"], 7);
    assert_eq!(edges(&graph), ["a -http://x/knows-> b 1"]);
}
