//! Graphs as other programs write them: nothing of them is skipped or guessed in silence.

use std::fmt::Write as _;

use acceptance::{Engine, Home, on_both_engines};
use groundwork_core::services::atlas::graph::{Graph, read};

/// Reads a text in the format that it seems to have.
fn graph(text: &str) -> Graph {
    read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Its edges, as `source -label-> target`.
fn edges(graph: &Graph) -> Vec<String> {
    (graph.edges().keys())
        .map(|key| format!("{} -{}-> {}", key.source, key.label, key.target))
        .collect()
}

/// What each text is refused with.
fn refusals(texts: &[&str]) -> String {
    let mut lines = String::new();
    for text in texts {
        match read(text.as_bytes(), None) {
            Ok(graph) => panic!(
                "{} nodes and {:?}\n{text}",
                graph.nodes().len(),
                edges(&graph)
            ),
            Err(error) => writeln!(lines, "{error}").unwrap(),
        }
    }
    lines
}

#[test]
fn texts_that_the_context_makes_references_are_edges() {
    let read = graph(
        r##"{"@context": {"foaf": "http://xmlns.com/foaf/0.1/",
                 "knows": {"@id": "foaf:knows", "@type": "@id"},
                 "topic": {"@id": "foaf:topic", "@type": "@id", "@container": "@set"},
                 "born": {"@type": "http://www.w3.org/2001/XMLSchema#gYear"}},
            "@graph": [{"@id": "#ada", "knows": "#bo", "born": "1815",
                        "topic": ["#sea", {"@id": "#sky"}]},
                       {"@id": "#bo", "topic": {"@set": ["#sea"]}}]}"##,
    );
    let expected = [
        "ada -knows-> bo",
        "ada -topic-> sea",
        "ada -topic-> sky",
        "bo -topic-> sea",
    ];
    assert_eq!(edges(&read), expected);
    assert_eq!(read.nodes().len(), 4);
    assert_eq!(read.nodes()["ada"].properties["born"], "1815");
}

#[test]
fn aliases_of_keywords_are_the_keywords() {
    let read = graph(
        r##"{"@context": [{"id": "@id", "type": "@type"},
                          {"graph": "@graph", "value": "@value", "sees": {"@type": "@id"}}],
            "id": "#isle",
            "graph": [{"id": "#a", "type": "Light", "label": {"value": "Skerry"}, "sees": "#b",
                       "near": {"id": "#b"}},
                      {"id": "#b", "type": ["Light", "Ruin"]}]}"##,
    );
    assert_eq!(read.name(), Some("isle"));
    assert_eq!(edges(&read), ["a -near-> b", "a -sees-> b"]);
    let light = &read.nodes()["a"];
    assert_eq!(
        (light.kind.as_deref(), light.label.as_str()),
        (Some("Light"), "Skerry")
    );
    assert_eq!(read.nodes()["b"].properties["additionalType"][0], "Ruin");
}

#[test]
fn an_id_with_a_prefix_is_the_iri_that_it_stands_for() {
    let read = graph(
        r#"{"@context": {"e": "https://example.org/entity/", "s": "https://schema.org/",
                         "@vocab": "https://example.org/terms/", "state": {"@type": "@vocab"},
                         "lit": "https://example.org/states/lit"},
            "@graph": [{"@id": "e:1", "s:name": "Moon", "e:pulls": {"@id": "e:2"}, "state": "lit"},
                       {"@id": "https://example.org/entity/2", "label": "Sea", "state": "calm"}]}"#,
    );
    let base = "https://example.org";
    let expected = [
        format!("{base}/entity/1 -e:pulls-> {base}/entity/2"),
        format!("{base}/entity/1 -state-> {base}/states/lit"),
        format!("{base}/entity/2 -state-> {base}/terms/calm"),
    ];
    assert_eq!(edges(&read), expected);
    assert_eq!(read.nodes()["https://example.org/entity/1"].label, "Moon");
    assert_eq!(
        read.nodes().len(),
        4,
        "the two forms of one id are one node"
    );
}

#[test]
fn a_node_may_have_a_context_of_its_own() {
    let read = graph(
        r##"{"@context": {"knows": {"@type": "@id"}},
            "@graph": [{"@id": "#a", "knows": "#b"},
                       {"@id": "#b", "@context": {"knows": "urn:x:knows"}, "knows": "nobody"},
                       {"@id": "#c", "@context": null, "knows": "#a"}]}"##,
    );
    assert_eq!(edges(&read), ["a -knows-> b"]);
    assert_eq!(read.nodes()["b"].properties["knows"], "nobody");
    assert_eq!(read.nodes()["c"].properties["knows"], "#a");
}

#[test]
fn linked_data_that_cannot_be_understood_is_refused_by_name() {
    let with = |context: &str, member: &str| {
        format!(r##"{{"@context": {context}, "@graph": [{{"@id": "#a", {member}}}]}}"##)
    };
    let texts = [
        with(r#""https://schema.org""#, r##""knows": "#b""##),
        with(
            r#"{"@base": "https://x.org/"}"#,
            r##""knows": {"@id": "b"}"##,
        ),
        with(r#"{"@import": "https://x.org/c"}"#, r#""x": 1"#),
        with(
            r#"{"parent": {"@reverse": "urn:x:child"}}"#,
            r##""parent": {"@id": "#b"}"##,
        ),
        with(
            r#"{"by": {"@container": "@index", "@type": "@id"}}"#,
            r##""by": {"x": "#b"}"##,
        ),
        with(
            r#"{"by": {"@container": "@list", "@type": "@id"}}"#,
            r##""by": ["#b", "#c"]"##,
        ),
        with(r#"{"by": {"@context": {}}}"#, r#""x": 1"#),
        with(r#"{"x": null}"#, r#""x": 1"#),
        with(r#"{"a": {"@id": "b"}, "b": {"@id": "a"}}"#, r#""x": 1"#),
        with("{}", r##""by": {"@list": [{"@id": "#b"}, {"@id": "#c"}]}"##),
        with("{}", r##""by": {"name": "Bo", "knows": {"@id": "#c"}}"##),
        with(
            r#"{"knows": {"@type": "@id"}}"#,
            r##""by": {"knows": "#c"}"##,
        ),
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    insta::assert_snapshot!(refusals(&texts));
}

#[test]
fn a_graph_that_does_not_say_how_its_edges_lead_is_what_its_format_says() {
    let node_link = |says: &str| {
        format!(
            r#"{{{says} "nodes": [{{"id": "a"}}, {{"id": "b"}}],
                "links": [{{"source": "a", "target": "b"}}]}}"#
        )
    };
    assert!(!graph(&node_link("")).is_directed(), "d3 and NetworkX");
    assert!(graph(&node_link(r#""directed": true,"#)).is_directed());
    let graphml = |says: &str, edge: &str| {
        format!(
            r#"<graphml><graph {says}><node id="a"/><node id="b"/>
               <edge source="a" target="b" {edge}/></graph></graphml>"#
        )
    };
    assert!(
        !graph(&graphml("", "")).is_directed(),
        "NetworkX and igraph"
    );
    assert!(graph(&graphml(r#"edgedefault="directed""#, "")).is_directed());
    assert!(
        graph(&graphml("", r#"directed="true""#)).is_directed(),
        "each edge says so"
    );
}

#[test]
fn descriptions_and_attributes_of_other_programs_are_kept() {
    let read = graph(
        r#"<graphml><graph edgedefault="directed"><desc>Lights in sight</desc>
           <node id="a" labels=":Light"><desc>White, two flashes</desc></node><node id="b"/>
           <edge source="a" target="b" label="SEES"/></graph></graphml>"#,
    );
    assert_eq!(read.properties()["desc"], "Lights in sight");
    assert_eq!(read.nodes()["a"].properties["desc"], "White, two flashes");
    assert_eq!(read.nodes()["a"].properties["labels"], ":Light");
    assert_eq!(edges(&read), ["a -SEES-> b"]);
}

#[on_both_engines]
async fn an_import_keeps_coerced_edges_and_refuses_what_it_would_skip(engine: Engine) {
    let home = Home::new(engine).await;
    let import = async |name: &str, text: &str| {
        let file = home.dir().join(name);
        std::fs::write(&file, text).unwrap();
        let file = file.to_str().unwrap();
        home.groundwork(["atlas", "graph", "import", file, "--name", "talk"])
            .await
    };
    let talk = r##"{"@context": {"about": {"@type": "@id"}},
        "@graph": [{"@id": "#talk", "about": ["#moon", "#sea"]}, {"@id": "#sea"}]}"##;
    let stored = import("talk.jsonld", talk).await.succeeded();
    assert!(
        stored.contains("  3 nodes: 3 added\n  2 edges: 2 added\n"),
        "{stored}"
    );
    let remote = talk.replace(r#"{"about": {"@type": "@id"}}"#, r#""https://schema.org""#);
    let refused = import("remote.jsonld", &remote).await.failed(65);
    let reason = "remote.jsonld:1:14: the context \"https://schema.org\" is not fetched";
    assert!(refused.contains(reason), "{refused}");
}
