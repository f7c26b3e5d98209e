//! Knowledge graphs that are stored, brought up to date, listed and removed.

use acceptance::{Engine, on_both_engines};
use groundwork_core::{
    error::DomainError as _,
    page::{PageLimit, PageRequest},
    services::atlas::{
        Kept,
        graph::{
            Changes, Directedness, Edge, EdgeKey, Format, Graph, GraphId, ImportedGraph, NewGraph,
            Node,
        },
    },
};
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use super::fixture::Fixture;

impl Fixture {
    /// Imports a graph in a unit of its own.
    pub(super) async fn import_graph(&self, name: &str, graph: &Graph) -> ImportedGraph {
        let new = NewGraph {
            name,
            title: None,
            video: None,
            graph,
        };
        let work = self.db.begin().await.unwrap();
        let imported = self.atlas.import_graph(&work, &new).await.unwrap();
        work.commit().await.unwrap();
        imported
    }

    async fn rows(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}")).await
    }

    pub(super) async fn content(&self, graph: GraphId) -> Graph {
        let reader = self.db.reader();
        self.atlas.graph_content(&reader, graph).await.unwrap()
    }
}

/// A graph of edges `source -label-> target`.
pub(super) fn graph_of(direction: Directedness, edges: &[(&str, &str, &str)]) -> Graph {
    let mut graph = Graph::new(direction);
    for key in edges
        .iter()
        .flat_map(|(source, _, target)| [source, target])
    {
        if !graph.nodes().contains_key(*key) {
            graph.add_node(*key, Node::new(key.to_uppercase())).unwrap();
        }
    }
    for (source, label, target) in edges {
        let key = EdgeKey::new(*source, *target, *label);
        graph.add_edge(key, Edge::default()).unwrap();
    }
    graph
}

fn tides() -> Graph {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/atlas/graphs/tides.jsonld"
    );
    let text = std::fs::read_to_string(path).unwrap();
    Format::JsonLd.parse(&text).unwrap()
}

/// The graph as it is once it is stored.
fn named(mut graph: Graph, name: &str) -> Graph {
    graph.set_name(name).unwrap();
    let title = graph.title().unwrap_or(name).to_owned();
    graph.set_title(title).unwrap();
    graph
}

#[on_both_engines]
async fn a_graph_comes_back_as_it_was_imported(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let tides = tides();
    let imported = fixture.import_graph("tides", &tides).await;
    assert_eq!(imported.outcome, Kept::Added);
    assert_eq!(imported.graph.title, "What moves the sea");
    assert_eq!(imported.graph.nodes, 24);
    assert_eq!(
        imported.graph.edges,
        i64::try_from(tides.edges().len()).unwrap()
    );
    assert_eq!(fixture.content(imported.graph.id).await, tides);
}

#[on_both_engines]
async fn an_import_again_changes_what_has_changed_and_nothing_else(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let tides = tides();
    let first = fixture.import_graph("tides", &tides).await;
    fixture.clock.advance(chrono::TimeDelta::seconds(1));
    let again = fixture.import_graph("tides", &tides).await;
    assert_eq!(again.outcome, Kept::Unchanged);
    assert_eq!(
        again.graph, first.graph,
        "not even the time of the last change"
    );

    let edges = [("moon", "pulls", "sea"), ("sea", "rises on", "coast")];
    let small = graph_of(Directedness::Directed, &edges);
    let changed = fixture.import_graph("tides", &small).await;
    assert_eq!(changed.outcome, Kept::Updated);
    assert_eq!(changed.graph.id, first.graph.id);
    assert!(changed.graph.updated_at > first.graph.updated_at);
    let nodes = Changes {
        added: 1,
        updated: 2,
        removed: 22,
        unchanged: 0,
    };
    assert_eq!(changed.nodes, nodes, "moon and coast have new labels");
    let edges = Changes {
        added: 2,
        updated: 0,
        removed: 0,
        unchanged: 0,
    };
    assert_eq!(changed.edges, edges, "edges go with their nodes");
    assert_eq!(fixture.content(first.graph.id).await, named(small, "tides"));
}

#[on_both_engines]
async fn an_edge_that_changes_keeps_its_place(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let text = |weight: &str, extra: &str| {
        format!(
            r#"{{"nodes": [{{"id": "a"}}, {{"id": "b"}}],
                "edges": [{{"source": "a", "target": "b", "label": "x", "weight": {weight}}},
                          {{"source": "b", "target": "a", "label": "x", "seen": {extra}}}]}}"#
        )
    };
    let graph = |weight, extra| Format::NodeLink.parse(&text(weight, extra)).unwrap();
    fixture.import_graph("g", &graph("0.5", "[1]")).await;
    let changed = fixture.import_graph("g", &graph("0.25", "[1]")).await;
    let only_one = Changes {
        added: 0,
        updated: 1,
        removed: 0,
        unchanged: 1,
    };
    assert_eq!(changed.edges, only_one);
    let changed = fixture.import_graph("g", &graph("0.25", "[2]")).await;
    assert_eq!(changed.edges, only_one);
    let stored = fixture.content(changed.graph.id).await;
    assert_eq!(stored, named(graph("0.25", "[2]"), "g"));
}

#[on_both_engines]
async fn a_unit_that_is_not_committed_leaves_no_part_of_a_graph(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let tides = tides();
    let new = NewGraph {
        name: "tides",
        title: None,
        video: None,
        graph: &tides,
    };
    let work = fixture.db.begin().await.unwrap();
    fixture.atlas.import_graph(&work, &new).await.unwrap();
    work.rollback().await.unwrap();
    for table in ["knowledge_graphs", "graph_nodes", "graph_edges"] {
        assert_eq!(fixture.rows(table).await, 0, "{table}");
    }
}

#[on_both_engines]
async fn imports_of_one_graph_at_once_leave_one_whole_graph(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let one = graph_of(Directedness::Directed, &[("a", "x", "b"), ("b", "x", "c")]);
    let other = graph_of(Directedness::Directed, &[("a", "y", "b"), ("d", "y", "a")]);
    let (first, second) = tokio::join!(
        fixture.import_graph("g", &one),
        fixture.import_graph("g", &other),
    );
    assert_eq!(first.graph.id, second.graph.id);
    let stored = fixture.content(first.graph.id).await;
    assert!(
        [named(one, "g"), named(other, "g")].contains(&stored),
        "{stored:?}"
    );
}

#[on_both_engines]
async fn a_graph_outlives_its_video_and_takes_its_parts_with_it(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let work = fixture.db.begin().await.unwrap();
    let video = groundwork_core::services::atlas::NewVideo {
        external_id: "tide-1".to_owned(),
        title: "Tides".to_owned(),
        channel: "Coast".to_owned(),
        ..Default::default()
    };
    let (video, _) = fixture.atlas.put_video(&work, &video).await.unwrap();
    let tides = tides();
    let new = NewGraph {
        name: "tides",
        title: Some("T"),
        video: Some(video),
        graph: &tides,
    };
    let stored = fixture.atlas.import_graph(&work, &new).await.unwrap().graph;
    assert_eq!((stored.video_id, stored.title.as_str()), (Some(video), "T"));
    let again = NewGraph { video: None, ..new };
    let kept = fixture.atlas.import_graph(&work, &again).await.unwrap();
    assert_eq!(
        kept.graph.video_id,
        Some(video),
        "an import that names no video leaves it"
    );
    fixture.atlas.remove_video(&work, video).await.unwrap();
    let left = fixture.atlas.graph(&work, stored.id).await.unwrap();
    assert_eq!(left.video_id, None);
    let refused = fixture.atlas.import_graph(&work, &new).await.unwrap_err();
    assert_eq!(refused.code(), "VIDEO_NOT_FOUND");
    fixture.atlas.remove_graph(&work, stored.id).await.unwrap();
    let refused = fixture
        .atlas
        .remove_graph(&work, stored.id)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "GRAPH_NOT_FOUND");
    work.commit().await.unwrap();
    for table in ["knowledge_graphs", "graph_nodes", "graph_edges"] {
        assert_eq!(fixture.rows(table).await, 0, "{table}");
    }
}

#[on_both_engines]
async fn graphs_are_listed_in_pages_newest_first(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let graph = graph_of(Directedness::Undirected, &[("a", "", "b")]);
    let mut names: Vec<String> = (0..5).map(|number| format!("g{number}")).collect();
    for name in &names {
        fixture.import_graph(name, &graph).await;
    }
    names.reverse();
    let mut listed = Vec::new();
    let mut page = PageRequest {
        after: None,
        limit: PageLimit::new(2).unwrap(),
    };
    loop {
        let found = fixture
            .atlas
            .list_graphs(&fixture.db.reader(), page)
            .await
            .unwrap();
        for item in &found.items {
            assert_eq!((item.nodes, item.edges), (2, 1));
        }
        listed.extend(found.items.into_iter().map(|item| item.name));
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(listed, names);
}

#[on_both_engines]
async fn a_name_that_breaks_its_rule_is_refused(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let graph = graph_of(Directedness::Directed, &[("a", "", "b")]);
    let work = fixture.db.begin().await.unwrap();
    for (name, admitted) in [
        ("", false),
        ("a\nb", false),
        ("\u{0}", false),
        ("Müller & 1", true),
    ] {
        let new = NewGraph {
            name,
            title: None,
            video: None,
            graph: &graph,
        };
        let result = fixture.atlas.import_graph(&work, &new).await;
        assert_eq!(result.is_ok(), admitted, "{name:?}");
    }
}

/// Properties of every shape, keys and labels of every script.
fn any_graph() -> impl Strategy<Value = Graph> {
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1_000_000..1_000_000_i64).prop_map(|n| json!(n as f64 / 64.0 + 0.5)),
        "\\PC{0,8}".prop_map(Value::from),
        Just(json!({"deep": [1, {"er": null}], "": "\t\r\n"})),
    ];
    let properties = btree_map("[a-zäß][a-z ]{0,5}x", value, 0..3)
        .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>());
    let key = "[a-zA-Zäあ😀'\"%_\\\\;]{1,4}";
    let nodes = btree_map(
        key,
        (
            "\\PC{0,6}",
            proptest::option::of("[a-z]{1,4}"),
            properties.clone(),
        ),
        1..7,
    );
    let edge = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        "[a-z']{0,2}",
        0.001_f64..1e9,
        properties,
    );
    (nodes, vec(edge, 0..10), any::<bool>()).prop_map(|(nodes, edges, directed)| {
        let mut graph = Graph::new(directed.into());
        let keys: Vec<String> = nodes.keys().cloned().collect();
        for (key, (label, kind, properties)) in nodes {
            graph
                .add_node(
                    key,
                    Node {
                        label,
                        kind,
                        properties,
                    },
                )
                .unwrap();
        }
        for (source, target, label, weight, properties) in edges {
            let key = EdgeKey::new(source.get(&keys), target.get(&keys), label);
            // One that is there already stays.
            let _ = graph.add_edge(key, Edge { weight, properties });
        }
        graph
    })
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_imported_over_whatever_comes_back(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let config = ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let runtime = tokio::runtime::Handle::current();
    tokio::task::block_in_place(|| {
        let done = TestRunner::new(config).run(&any_graph(), |graph| {
            runtime.block_on(async {
                let imported = fixture.import_graph("g", &graph).await;
                let stored = fixture.content(imported.graph.id).await;
                prop_assert_eq!(&stored, &named(graph.clone(), "g"));
                let again = fixture.import_graph("g", &graph).await;
                prop_assert_eq!(again.outcome, Kept::Unchanged);
                Ok(())
            })
        });
        done.unwrap();
    });
}
