//! Neighbours and paths: what is found, in graphs that a careless search would never come out of.

use std::collections::{BTreeMap, BTreeSet};

use acceptance::{Engine, on_both_engines};
use groundwork_core::{
    error::DomainError as _,
    services::atlas::graph::{
        Directedness, Direction, Edge, EdgeKey, Graph, GraphError, GraphId, GraphPath, MAX_DEPTH,
        MAX_HOPS, MAX_VISITED, Neighbour, NeighbourQuery, Node, PathQuery,
    },
};
use petgraph::{
    algo::dijkstra,
    graph::{DiGraph, NodeIndex},
    visit::Reversed,
};
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};

use super::{fixture::Fixture, graphs::graph_of};

impl Fixture {
    async fn neighbours(
        &self,
        graph: GraphId,
        node: &str,
        depth: u32,
        direction: Option<Direction>,
    ) -> Result<Vec<Neighbour>, GraphError> {
        let node = node.to_owned();
        let query = NeighbourQuery {
            node,
            depth,
            direction,
        };
        let reader = self.db.reader();
        self.atlas.graph_neighbours(&reader, graph, &query).await
    }

    async fn path(
        &self,
        graph: GraphId,
        (from, to): (&str, &str),
        direction: Option<Direction>,
    ) -> Result<Option<GraphPath>, GraphError> {
        let query = PathQuery {
            from: from.to_owned(),
            to: to.to_owned(),
            max_hops: MAX_HOPS,
            direction,
        };
        let reader = self.db.reader();
        self.atlas.graph_path(&reader, graph, &query).await
    }
}

/// `b1 c2`: keys and depths.
fn listed(neighbours: &[Neighbour]) -> String {
    let entries: Vec<String> = (neighbours.iter())
        .map(|it| format!("{}{}", it.key, it.depth))
        .collect();
    entries.join(" ")
}

/// `a -x-> b <-y- c`.
fn way(path: &GraphPath) -> String {
    let mut text = path.nodes[0].key.clone();
    for (edge, node) in path.edges.iter().zip(&path.nodes[1..]) {
        let (left, right) = if edge.target == node.key {
            ("-", "->")
        } else {
            ("<-", "-")
        };
        text.push_str(&format!(" {left}{}{right} {}", edge.label, node.key));
    }
    text
}

const DIAMOND: &[(&str, &str, &str)] = &[
    ("a", "x", "b"),
    ("a", "x", "c"),
    ("b", "y", "d"),
    ("c", "z", "d"),
    ("d", "w", "e"),
    ("e", "back", "a"),
    ("b", "self", "b"),
    ("f", "into", "a"),
];

#[on_both_engines]
async fn neighbours_are_found_to_a_depth_in_each_direction(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let graph = graph_of(Directedness::Directed, DIAMOND);
    let id = fixture.import_graph("g", &graph).await.graph.id;
    for (depth, direction, expected) in [
        (1, None, "b1 c1"),
        (2, None, "b1 c1 d2"),
        (3, Some(Direction::Outgoing), "b1 c1 d2 e3"),
        (MAX_DEPTH, None, "b1 c1 d2 e3"),
        (1, Some(Direction::Incoming), "e1 f1"),
        (2, Some(Direction::Incoming), "e1 f1 d2"),
        (1, Some(Direction::Both), "b1 c1 e1 f1"),
        (2, Some(Direction::Both), "b1 c1 e1 f1 d2"),
    ] {
        let found = fixture.neighbours(id, "a", depth, direction).await.unwrap();
        assert_eq!(listed(&found), expected, "{depth} {direction:?}");
    }
    let found = fixture.neighbours(id, "b", 1, None).await.unwrap();
    assert_eq!(listed(&found), "d1", "nobody is a neighbour of himself");
    let undirected = graph_of(Directedness::Undirected, DIAMOND);
    let id = fixture.import_graph("u", &undirected).await.graph.id;
    let found = fixture.neighbours(id, "a", 1, None).await.unwrap();
    assert_eq!(listed(&found), "b1 c1 e1 f1");
}

#[on_both_engines]
async fn a_path_is_a_shortest_one_and_always_the_same(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let graph = graph_of(Directedness::Directed, DIAMOND);
    let id = fixture.import_graph("g", &graph).await.graph.id;
    for (ends, direction, expected) in [
        (("a", "e"), None, "a -x-> b -y-> d -w-> e"),
        (("a", "a"), None, "a"),
        (("b", "b"), None, "b"),
        (("e", "d"), None, "e -back-> a -x-> b -y-> d"),
        (("e", "d"), Some(Direction::Incoming), "e <-w- d"),
        (
            ("d", "f"),
            Some(Direction::Both),
            "d <-y- b <-x- a <-into- f",
        ),
    ] {
        let found = fixture.path(id, ends, direction).await.unwrap().unwrap();
        assert_eq!(way(&found), expected);
        assert_eq!(
            (found.hops, found.nodes.len()),
            (found.edges.len(), found.hops + 1)
        );
    }
    assert_eq!(fixture.path(id, ("a", "f"), None).await.unwrap(), None);
    let short = PathQuery {
        from: "a".to_owned(),
        to: "e".to_owned(),
        max_hops: 2,
        direction: None,
    };
    let found = fixture
        .atlas
        .graph_path(&fixture.db.reader(), id, &short)
        .await;
    assert_eq!(found.unwrap(), None, "three edges are more than two");
}

#[on_both_engines]
async fn what_is_asked_wrongly_is_refused_with_advice(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let edges = [
        ("lovelace", "knew", "babbage"),
        ("babbage", "built", "engine"),
    ];
    let graph = graph_of(Directedness::Directed, &edges);
    let id = fixture.import_graph("g", &graph).await.graph.id;
    for (node, advice) in [
        ("lovelase", "; did you mean \"lovelace\"?"),
        ("BABBAGE", "; did you mean \"babbage\"?"),
        ("zzz", ""),
        ("' OR 1=1 --", ""),
    ] {
        let refused = fixture.neighbours(id, node, 1, None).await.unwrap_err();
        assert_eq!(refused.code(), "NODE_NOT_FOUND");
        assert_eq!(
            refused.to_string(),
            format!("the graph has no node {node:?}{advice}")
        );
    }
    for (depth, admitted) in [
        (0, false),
        (1, true),
        (MAX_DEPTH, true),
        (MAX_DEPTH + 1, false),
    ] {
        let result = fixture.neighbours(id, "lovelace", depth, None).await;
        assert_eq!(result.is_ok(), admitted, "{depth}");
    }
    let nobody = GraphId::from(uuid::Uuid::nil());
    let refused = fixture.path(nobody, ("a", "b"), None).await.unwrap_err();
    assert_eq!(refused.code(), "GRAPH_NOT_FOUND");
}

fn numbered(count: usize, edges: impl Iterator<Item = (usize, usize)>) -> Graph {
    let mut graph = Graph::new(Directedness::Directed);
    for number in 0..count {
        graph
            .add_node(format!("n{number:05}"), Node::new("n"))
            .unwrap();
    }
    for (source, target) in edges {
        let key = EdgeKey::new(format!("n{source:05}"), format!("n{target:05}"), "");
        graph.add_edge(key, Edge::default()).unwrap();
    }
    graph
}

#[on_both_engines]
async fn a_complete_graph_of_200_nodes_is_searched_to_its_end(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    // Everything leads everywhere, also to itself; one more node is alone.
    let edges = (0..200).flat_map(|source| (0..200).map(move |target| (source, target)));
    let id = fixture
        .import_graph("k200", &numbered(201, edges))
        .await
        .graph
        .id;
    for direction in [Direction::Outgoing, Direction::Incoming, Direction::Both] {
        let direction = Some(direction);
        let found = fixture
            .neighbours(id, "n00007", 3, direction)
            .await
            .unwrap();
        assert_eq!(found.len(), 199);
        assert!(found.iter().all(|it| it.depth == 1));
        let found = fixture
            .path(id, ("n00000", "n00199"), direction)
            .await
            .unwrap();
        assert_eq!(found.unwrap().hops, 1);
        let found = fixture
            .path(id, ("n00000", "n00200"), direction)
            .await
            .unwrap();
        assert_eq!(found, None);
    }
}

/// Each node was passed once for every distance at which it can be reached: 7 to 20 s.
#[on_both_engines]
async fn a_dense_graph_is_searched_to_the_greatest_depth_in_its_time(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let edges = (0..2_000)
        .flat_map(|source| (1..=30).map(move |step| (source, (source * 7 + step * step) % 2_000)));
    let edges: BTreeSet<(usize, usize)> = edges.collect();
    let graph = numbered(2_000, edges.into_iter());
    let id = fixture.import_graph("dense", &graph).await.graph.id;
    for direction in [Direction::Outgoing, Direction::Incoming, Direction::Both] {
        let started = std::time::Instant::now();
        let direction = Some(direction);
        let found = fixture.neighbours(id, "n00001", MAX_DEPTH, direction).await;
        let took = started.elapsed();
        assert_eq!(found.unwrap().len(), 1_999);
        assert!(
            took < std::time::Duration::from_secs(5),
            "{direction:?}: {took:?}"
        );
    }
}

#[on_both_engines]
async fn a_search_that_comes_to_many_nodes_is_cut_off_and_says_so(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    // A node leads to 6,000 others, and each of them to one more.
    let edges = (1..=6_000).flat_map(|leaf| [(0, leaf), (leaf, leaf + 6_000)]);
    let graph = numbered(12_001, edges);
    let id = fixture.import_graph("star", &graph).await.graph.id;
    let reader = fixture.db.reader();
    let search = async |depth| {
        let query = NeighbourQuery {
            node: "n00000".to_owned(),
            depth,
            direction: None,
        };
        let found = fixture.atlas.graph_neighbourhood(&reader, id, &query).await;
        found.unwrap()
    };
    let near = search(1).await;
    assert_eq!((near.items.len(), near.is_cut), (6_000, false));
    let far = search(2).await;
    assert_eq!((far.items.len(), far.is_cut), (MAX_VISITED - 1, true));
    assert_eq!(far.items[..6_000], near.items[..], "nearest first");
    assert_eq!(search(2).await, far, "it is always the same");
    let refused = fixture.neighbours(id, "n00000", 2, None).await.unwrap_err();
    assert_eq!(refused.code(), "SEARCH_TOO_WIDE");
}

#[on_both_engines]
async fn a_ring_of_10_000_nodes_is_followed_all_around(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let edges = (0..10_000).map(|source| (source, (source + 1) % 10_000));
    let id = fixture
        .import_graph("ring", &numbered(10_000, edges))
        .await
        .graph
        .id;
    for (direction, hops) in [
        (Direction::Outgoing, 9_999),
        (Direction::Incoming, 1),
        (Direction::Both, 1),
    ] {
        let found = fixture
            .path(id, ("n00000", "n09999"), Some(direction))
            .await
            .unwrap();
        assert_eq!(found.unwrap().hops, hops, "{direction:?}");
    }
    let both = Some(Direction::Both);
    let found = fixture
        .path(id, ("n00000", "n05000"), both)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.hops, 5_000);
    let found = fixture
        .neighbours(id, "n00000", MAX_DEPTH, both)
        .await
        .unwrap();
    assert_eq!(found.len(), 32);
}

/// How far every node is from one, as petgraph counts.
fn by_petgraph(
    nodes: usize,
    edges: &[(usize, usize)],
    from: usize,
    direction: Direction,
) -> BTreeMap<usize, usize> {
    let mut graph = DiGraph::<(), ()>::new();
    let all: Vec<NodeIndex> = (0..nodes).map(|_| graph.add_node(())).collect();
    for (source, target) in edges {
        graph.add_edge(all[*source], all[*target], ());
        if direction == Direction::Both {
            graph.add_edge(all[*target], all[*source], ());
        }
    }
    let far = match direction {
        Direction::Incoming => dijkstra(Reversed(&graph), all[from], None, |_| 1_usize),
        _ => dijkstra(&graph, all[from], None, |_| 1_usize),
    };
    far.into_iter()
        .map(|(node, far)| (node.index(), far))
        .collect()
}

fn any_edges() -> impl Strategy<Value = (usize, Vec<(usize, usize)>)> {
    (2_usize..24).prop_flat_map(|nodes| (Just(nodes), vec((0..nodes, 0..nodes), 0..60)))
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread")]
async fn distances_are_those_that_petgraph_finds(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let config = ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let runtime = tokio::runtime::Handle::current();
    let compare = |(nodes, mut edges): (usize, Vec<(usize, usize)>)| {
        edges.sort_unstable();
        edges.dedup();
        runtime.block_on(async {
            let graph = numbered(nodes, edges.iter().copied());
            let id = fixture.import_graph("g", &graph).await.graph.id;
            for direction in [Direction::Outgoing, Direction::Incoming, Direction::Both] {
                let far = by_petgraph(nodes, &edges, 0, direction);
                let found = fixture
                    .neighbours(id, "n00000", 4, Some(direction))
                    .await
                    .unwrap();
                let found: BTreeMap<usize, usize> = (found.iter())
                    .map(|it| (it.key[1..].parse().unwrap(), it.depth as usize))
                    .collect();
                let near = far.iter().filter(|(_, far)| (1..=4).contains(*far));
                let near: BTreeMap<usize, usize> = near.map(|(node, far)| (*node, *far)).collect();
                prop_assert_eq!(found, near, "{:?}", direction);
                let last = format!("n{:05}", nodes - 1);
                let found = fixture
                    .path(id, ("n00000", &last), Some(direction))
                    .await
                    .unwrap();
                let hops = found.map(|path| path.hops);
                prop_assert_eq!(hops, far.get(&(nodes - 1)).copied(), "{:?}", direction);
            }
            Ok(())
        })
    };
    tokio::task::block_in_place(|| TestRunner::new(config).run(&any_edges(), compare)).unwrap();
}
