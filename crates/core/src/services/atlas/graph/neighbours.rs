//! The nodes near a node. The search goes from one distance to the next, and from each node once: the
//! edges of a graph are passed once each way however deep it goes, and it is cut off where it has
//! come to many nodes.

use std::collections::{BTreeMap, BTreeSet};

use entity::atlas::{GraphId, GraphNodeId, graph_edges, graph_nodes};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    error::GraphError,
    views::{Neighbour, Neighbourhood},
    walk::{BATCH, Direction, direction, in_range, node_of},
};
use crate::{db::Doing as _, services::atlas::Atlas};

/// The greatest depth that neighbours are looked for in.
pub const MAX_DEPTH: u32 = 16;
/// How many nodes a search for neighbours comes to before it is cut off.
pub const MAX_VISITED: usize = 10_000;

/// Which neighbours are looked for.
#[derive(Clone, Debug)]
pub struct NeighbourQuery {
    /// The key of the node to start from.
    pub node: String,
    /// How many edges away they are at most, 1 to [`MAX_DEPTH`].
    pub depth: u32,
    /// Which way edges are followed; `None`: as they lead, and either way in an undirected graph.
    pub direction: Option<Direction>,
}

impl Atlas {
    /// The nodes that can be reached from a node within a depth, nearest first, then by key. The
    /// node itself is not one of them. A search that comes to [`MAX_VISITED`] nodes ends there, and
    /// says so.
    ///
    /// # Errors
    /// [`GraphError::GraphNotFound`], [`GraphError::NodeNotFound`], [`GraphError::OutOfRange`].
    pub async fn graph_neighbourhood(
        &self,
        connection: &impl ConnectionTrait,
        graph: GraphId,
        query: &NeighbourQuery,
    ) -> Result<Neighbourhood, GraphError> {
        in_range("depth", query.depth, MAX_DEPTH)?;
        let direction = direction(connection, graph, query.direction).await?;
        let start = node_of(connection, graph, &query.node).await?;
        let mut search = Search {
            graph,
            direction,
            depths: BTreeMap::from([(start, 0)]),
            is_cut: false,
        };
        search.run(connection, start, query.depth).await?;
        search.depths.remove(&start);
        let mut items = described(connection, graph, &search.depths).await?;
        items.sort_by(|a, b| (a.depth, &a.key).cmp(&(b.depth, &b.key)));
        Ok(Neighbourhood {
            items,
            is_cut: search.is_cut,
        })
    }

    /// The same for a caller who wants all of them or none.
    ///
    /// # Errors
    /// As [`graph_neighbourhood`](Self::graph_neighbourhood); [`GraphError::SearchTooWide`] if the
    /// search was cut off.
    pub async fn graph_neighbours(
        &self,
        connection: &impl ConnectionTrait,
        graph: GraphId,
        query: &NeighbourQuery,
    ) -> Result<Vec<Neighbour>, GraphError> {
        let found = self.graph_neighbourhood(connection, graph, query).await?;
        match found.is_cut {
            true => Err(GraphError::SearchTooWide {
                passed: "nodes",
                max: MAX_VISITED,
            }),
            false => Ok(found.items),
        }
    }
}

/// A search under way.
struct Search {
    graph: GraphId,
    direction: Direction,
    /// How far each node is that was reached.
    depths: BTreeMap<GraphNodeId, u32>,
    is_cut: bool,
}

impl Search {
    async fn run(
        &mut self,
        connection: &impl ConnectionTrait,
        start: GraphNodeId,
        most: u32,
    ) -> Result<(), GraphError> {
        let mut frontier = vec![start];
        for depth in 1..=most {
            let mut found = BTreeSet::new();
            for some in frontier.chunks(BATCH) {
                for (enter, leave) in ends(self.direction) {
                    let next = self.follow(connection, *enter, *leave, some).await?;
                    let new = next.into_iter();
                    found.extend(new.filter(|node| !self.depths.contains_key(node)));
                }
                if self.depths.len() + found.len() > MAX_VISITED {
                    self.is_cut = true;
                    break;
                }
            }
            let room = MAX_VISITED.saturating_sub(self.depths.len());
            frontier = found.into_iter().take(room).collect();
            self.depths
                .extend(frontier.iter().map(|node| (*node, depth)));
            if frontier.is_empty() || self.is_cut {
                break;
            }
        }
        Ok(())
    }

    /// The nodes at the other ends of the edges of these nodes.
    async fn follow(
        &self,
        connection: &impl ConnectionTrait,
        enter: graph_edges::Column,
        leave: graph_edges::Column,
        nodes: &[GraphNodeId],
    ) -> Result<Vec<GraphNodeId>, GraphError> {
        let mut edges = graph_edges::Entity::find()
            .select_only()
            .column(leave)
            .distinct()
            .filter(graph_edges::Column::GraphId.eq(self.graph))
            .filter(enter.is_in(nodes.iter().copied()));
        if matches!(enter, graph_edges::Column::TargetId) {
            // Every weight is above 0; that it is asked for keeps SQLite from reading all edges of the
            // graph in the index that has both ends, instead of those of a node in its own.
            edges = edges.filter(graph_edges::Column::Weight.gt(0.0));
        }
        let found = edges
            .into_tuple::<GraphNodeId>()
            .all(connection)
            .await
            .doing("looking for neighbours")?;
        Ok(found)
    }
}

/// The ends that edges are entered by, and those that they are left by.
fn ends(direction: Direction) -> &'static [(graph_edges::Column, graph_edges::Column)] {
    use graph_edges::Column::{SourceId, TargetId};
    match direction {
        Direction::Outgoing => &[(SourceId, TargetId)],
        Direction::Incoming => &[(TargetId, SourceId)],
        Direction::Both => &[(SourceId, TargetId), (TargetId, SourceId)],
    }
}

/// What is shown of nodes.
async fn described(
    connection: &impl ConnectionTrait,
    graph: GraphId,
    depths: &BTreeMap<GraphNodeId, u32>,
) -> Result<Vec<Neighbour>, GraphError> {
    let ids: Vec<GraphNodeId> = depths.keys().copied().collect();
    let mut described = Vec::with_capacity(ids.len());
    for some in ids.chunks(BATCH) {
        let rows = graph_nodes::Entity::find()
            .select_only()
            .columns([
                graph_nodes::Column::Id,
                graph_nodes::Column::Key,
                graph_nodes::Column::Label,
                graph_nodes::Column::Kind,
            ])
            .filter(graph_nodes::Column::GraphId.eq(graph))
            .filter(graph_nodes::Column::Id.is_in(some.iter().copied()))
            .into_tuple::<(GraphNodeId, String, String, Option<String>)>()
            .all(connection)
            .await
            .doing("reading the nodes that were found")?;
        described.extend(rows.into_iter().map(|(id, key, label, kind)| Neighbour {
            key,
            label,
            kind,
            depth: depths.get(&id).copied().unwrap_or_default(),
        }));
    }
    Ok(described)
}
