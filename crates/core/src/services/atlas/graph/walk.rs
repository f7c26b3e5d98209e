//! Paths through a stored graph, found by the database: recursive queries that follow the edges of an
//! index, pass a bounded number of them, and come to an end in graphs with cycles.

use std::collections::{BTreeMap, HashMap, VecDeque};

use entity::atlas::{GraphEdgeId, GraphId, GraphNodeId, graph_edges, graph_nodes};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect, Statement, Value,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    error::GraphError,
    rules::nearest,
    stored::graph_row,
    views::{GraphPath, PathEdge, PathNode},
};
use crate::{db::Doing as _, services::atlas::Atlas};

/// The most edges that a path has.
pub const MAX_HOPS: u32 = 10_000;
/// How many edges a search passes before it is given up.
pub const MAX_PASSED: usize = 500_000;

/// How many ids one statement names.
pub(super) const BATCH: usize = 1_000;

/// Which way edges are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From source to target.
    Outgoing,
    /// From target to source.
    Incoming,
    /// Either way.
    Both,
}

/// Which path is looked for.
#[derive(Clone, Debug)]
pub struct PathQuery {
    /// The key of the node that it starts from.
    pub from: String,
    /// The key of the node that it leads to.
    pub to: String,
    /// How many edges it has at most, 1 to [`MAX_HOPS`].
    pub max_hops: u32,
    /// Which way edges are followed; `None`: as they lead, and either way in an undirected graph.
    pub direction: Option<Direction>,
}

impl Atlas {
    /// A shortest path, counted in edges; weights do not matter, since they say how strong a
    /// relation is and not how long. Among several of one length it is always the same one. `None`
    /// if no path of at most `max_hops` edges leads there.
    ///
    /// # Errors
    /// [`GraphError::GraphNotFound`], [`GraphError::NodeNotFound`], [`GraphError::OutOfRange`];
    /// [`GraphError::SearchTooWide`] if more than [`MAX_PASSED`] edges can be reached.
    pub async fn graph_path(
        &self,
        connection: &impl ConnectionTrait,
        graph: GraphId,
        query: &PathQuery,
    ) -> Result<Option<GraphPath>, GraphError> {
        in_range("max_hops", query.max_hops, MAX_HOPS)?;
        let direction = direction(connection, graph, query.direction).await?;
        let from = node_of(connection, graph, &query.from).await?;
        let to = node_of(connection, graph, &query.to).await?;
        let statement = reachable(backend(connection), direction, graph, from);
        let edges = Passed::find_by_statement(statement)
            .all(connection)
            .await
            .doing("looking for a path")?;
        if edges.len() > MAX_PASSED {
            return Err(GraphError::SearchTooWide {
                passed: "edges",
                max: MAX_PASSED,
            });
        }
        let Some(way) = shortest(&edges, direction, from, to) else {
            return Ok(None);
        };
        if u32::try_from(way.len()).is_ok_and(|hops| hops > query.max_hops) {
            return Ok(None);
        }
        described(connection, graph, from, &way).await.map(Some)
    }
}

fn backend(connection: &impl ConnectionTrait) -> DbBackend {
    connection.get_database_backend()
}

pub(super) fn in_range(field: &'static str, number: u32, max: u32) -> Result<(), GraphError> {
    if (1..=max).contains(&number) {
        Ok(())
    } else {
        Err(GraphError::OutOfRange { field, max })
    }
}

pub(super) async fn direction(
    connection: &impl ConnectionTrait,
    graph: GraphId,
    asked: Option<Direction>,
) -> Result<Direction, GraphError> {
    let row = graph_row(connection, graph).await?;
    Ok(match asked {
        _ if !row.is_directed => Direction::Both,
        Some(direction) => direction,
        None => Direction::Outgoing,
    })
}

/// The node of this key. The error for one that is not there names the one that was probably meant.
pub(super) async fn node_of(
    connection: &impl ConnectionTrait,
    graph: GraphId,
    key: &str,
) -> Result<GraphNodeId, GraphError> {
    let node = graph_nodes::Entity::find()
        .select_only()
        .column(graph_nodes::Column::Id)
        .filter(graph_nodes::Column::GraphId.eq(graph))
        .filter(graph_nodes::Column::Key.eq(key))
        .into_tuple::<GraphNodeId>()
        .one(connection)
        .await
        .doing("looking for a node")?;
    if let Some(node) = node {
        return Ok(node);
    }
    let nodes = graph_nodes::Entity::find()
        .select_only()
        .column(graph_nodes::Column::Key)
        .column(graph_nodes::Column::Label)
        .filter(graph_nodes::Column::GraphId.eq(graph))
        .into_tuple::<(String, String)>()
        .all(connection)
        .await
        .doing("looking for a node")?;
    let wanted = key.to_lowercase();
    let called = nodes
        .iter()
        .filter(|(_, label)| label.to_lowercase() == wanted)
        .map(|(key, _)| key)
        .min();
    Err(GraphError::NodeNotFound {
        key: key.to_owned(),
        nearest: called
            .cloned()
            .or_else(|| nearest(key, nodes.iter().map(|(key, _)| key))),
    })
}

/// An edge that was passed.
#[derive(FromQueryResult)]
struct Passed {
    id: GraphEdgeId,
    source_id: GraphNodeId,
    target_id: GraphNodeId,
}

/// The ends that edges are entered by, and those that they are left by.
fn ends(direction: Direction) -> &'static [(&'static str, &'static str)] {
    match direction {
        Direction::Outgoing => &[("source_id", "target_id")],
        Direction::Incoming => &[("target_id", "source_id")],
        Direction::Both => &[("source_id", "target_id"), ("target_id", "source_id")],
    }
}

/// The recursive part of a walk: from the node at hand, `walk.node`, along the edges that touch it.
/// Each way has an index of its own. SQLite takes several recursive parts; PostgreSQL takes one, and
/// lets both ways be within it.
///
/// `CROSS JOIN` keeps SQLite from beginning with the edges. Every weight is above 0; that it is asked
/// for keeps SQLite from reading all edges of the graph in the one index that has both ends, instead
/// of the few of a node in the index that begins with the graph and that end.
fn step(backend: DbBackend, direction: Direction) -> String {
    let ends = ends(direction);
    if backend == DbBackend::Sqlite || ends.len() == 1 {
        let parts = ends.iter().map(|(enter, leave)| {
            format!(
                "UNION SELECT e.{leave} FROM walk CROSS JOIN graph_edges e
                 WHERE e.graph_id = $1 AND e.{enter} = walk.node AND e.weight > 0"
            )
        });
        return parts.collect::<Vec<_>>().join(" ");
    }
    let ways = ends.iter().map(|(enter, leave)| {
        format!(
            "SELECT e.{leave} AS node FROM graph_edges e
             WHERE e.graph_id = $1 AND e.{enter} = walk.node"
        )
    });
    let ways = ways.collect::<Vec<_>>().join(" UNION ALL ");
    format!("UNION SELECT next.node FROM walk CROSS JOIN LATERAL ({ways}) AS next")
}

/// The edges that can be passed on the way from a node, each once: `UNION` visits a node once.
pub(super) fn reachable(
    backend: DbBackend,
    direction: Direction,
    graph: GraphId,
    start: GraphNodeId,
) -> Statement {
    let step = step(backend, direction);
    // Where edges are followed either way, the source of each is reached if its target is.
    let end = match direction {
        Direction::Outgoing | Direction::Both => "source_id",
        Direction::Incoming => "target_id",
    };
    let limit = MAX_PASSED + 1;
    let sql = format!(
        "WITH RECURSIVE walk (node) AS (
             SELECT n.id FROM graph_nodes n WHERE n.graph_id = $1 AND n.id = $2
             {step}
         )
         SELECT e.id, e.source_id, e.target_id
         FROM walk CROSS JOIN graph_edges e
         WHERE e.graph_id = $1 AND e.{end} = walk.node
         LIMIT {limit}"
    );
    statement(backend, sql, [graph.into(), start.into()])
}

/// Both engines take `$1`; SQLite counts them in the order of their first use.
fn statement(backend: DbBackend, sql: String, values: [Value; 2]) -> Statement {
    Statement::from_sql_and_values(backend, sql, values)
}

/// The edges of a shortest path among these, each with the node that it leads to. Of several paths
/// it is the one whose nodes and edges were made first.
fn shortest(
    edges: &[Passed],
    direction: Direction,
    from: GraphNodeId,
    to: GraphNodeId,
) -> Option<Vec<(GraphEdgeId, GraphNodeId)>> {
    let mut ways: HashMap<GraphNodeId, Vec<(GraphNodeId, GraphEdgeId)>> = HashMap::new();
    for edge in edges {
        let (source, target) = (edge.source_id, edge.target_id);
        if direction != Direction::Incoming {
            ways.entry(source).or_default().push((target, edge.id));
        }
        if direction != Direction::Outgoing {
            ways.entry(target).or_default().push((source, edge.id));
        }
    }
    let mut came: HashMap<GraphNodeId, (GraphNodeId, GraphEdgeId)> = HashMap::new();
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front() {
        if node == to {
            break;
        }
        let mut next = ways.remove(&node).unwrap_or_default();
        next.sort_unstable();
        for (next, edge) in next {
            if next != from && !came.contains_key(&next) {
                came.insert(next, (node, edge));
                queue.push_back(next);
            }
        }
    }
    let (mut way, mut node) = (Vec::new(), to);
    while node != from {
        let (before, edge) = *came.get(&node)?;
        way.push((edge, node));
        node = before;
    }
    way.reverse();
    Some(way)
}

/// The path with everything that is shown of it.
async fn described(
    connection: &impl ConnectionTrait,
    graph: GraphId,
    from: GraphNodeId,
    way: &[(GraphEdgeId, GraphNodeId)],
) -> Result<GraphPath, GraphError> {
    let mut ids: Vec<GraphNodeId> = vec![from];
    ids.extend(way.iter().map(|(_, node)| *node));
    let mut nodes: BTreeMap<GraphNodeId, graph_nodes::Model> = BTreeMap::new();
    for some in ids.chunks(BATCH) {
        let rows = graph_nodes::Entity::find()
            .filter(graph_nodes::Column::GraphId.eq(graph))
            .filter(graph_nodes::Column::Id.is_in(some.iter().copied()))
            .all(connection)
            .await
            .doing("reading the nodes of a path")?;
        nodes.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    let mut edges: BTreeMap<GraphEdgeId, graph_edges::Model> = BTreeMap::new();
    for some in way.chunks(BATCH) {
        let rows = graph_edges::Entity::find()
            .filter(graph_edges::Column::Id.is_in(some.iter().map(|(edge, _)| *edge)))
            .all(connection)
            .await
            .doing("reading the edges of a path")?;
        edges.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    let node = |id: &GraphNodeId| nodes.get(id).ok_or(GraphError::ChangedMeanwhile);
    let path_nodes = ids.iter().map(|id| {
        let row = node(id)?;
        Ok(PathNode {
            key: row.key.clone(),
            label: row.label.clone(),
            kind: row.kind.clone(),
        })
    });
    let path_edges = way.iter().map(|(id, _)| {
        let row = edges.get(id).ok_or(GraphError::ChangedMeanwhile)?;
        Ok(PathEdge {
            source: node(&row.source_id)?.key.clone(),
            target: node(&row.target_id)?.key.clone(),
            label: row.label.clone(),
            weight: row.weight,
        })
    });
    Ok(GraphPath {
        hops: way.len(),
        nodes: path_nodes.collect::<Result<_, GraphError>>()?,
        edges: path_edges.collect::<Result<_, GraphError>>()?,
    })
}
