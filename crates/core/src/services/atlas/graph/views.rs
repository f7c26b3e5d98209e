//! What is shown of stored graphs: plain values with a stable shape as JSON.

use chrono::{DateTime, Utc};
use entity::atlas::{GraphId, VideoId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::services::atlas::Kept;

/// A stored graph, without what it holds.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GraphSummary {
    /// Its id; later graphs have greater ones.
    pub id: GraphId,
    /// What identifies it across imports.
    #[schema(example = "lighthouse")]
    pub name: String,
    /// What people call it.
    #[schema(example = "The lighthouse")]
    pub title: String,
    /// The video that it was made from; `None` for a free-standing graph.
    pub video_id: Option<VideoId>,
    /// Whether an edge leads from its source to its target only.
    pub is_directed: bool,
    /// How many nodes it has.
    #[schema(minimum = 0, example = 3)]
    pub nodes: i64,
    /// How many edges it has.
    #[schema(minimum = 0, example = 3)]
    pub edges: i64,
    /// When it was first imported.
    pub created_at: DateTime<Utc>,
    /// When something of it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ImportedGraph {
    /// The graph as it is now.
    pub graph: GraphSummary,
    /// Whether anything changed.
    pub outcome: Kept,
    /// What became of its nodes.
    pub nodes: Changes,
    /// What became of its edges.
    pub edges: Changes,
}

/// How many things an import touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GraphChanges)]
pub struct Changes {
    /// Those that were not there before.
    pub added: usize,
    /// Those that were different.
    pub updated: usize,
    /// Those that are there no more.
    pub removed: usize,
    /// Those that were equal.
    pub unchanged: usize,
}

impl Changes {
    /// Whether something changed.
    #[must_use]
    pub fn any(self) -> bool {
        self.added + self.updated + self.removed > 0
    }
}

/// The nodes near a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Neighbourhood {
    /// The nodes, nearest first, then by key.
    pub items: Vec<Neighbour>,
    /// Whether the search was cut off, so that there may be more of them.
    pub is_cut: bool,
}

/// A node near another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Neighbour {
    /// Its key.
    #[schema(example = "lamp")]
    pub key: String,
    /// What people call it.
    #[schema(example = "Lamp")]
    pub label: String,
    /// What sort of thing it is.
    #[schema(example = "thing")]
    pub kind: Option<String>,
    /// How many edges it is away, at least 1.
    pub depth: u32,
}

/// A shortest way from one node to another.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GraphPath {
    /// How many edges it has.
    pub hops: usize,
    /// Its nodes, one more than edges.
    pub nodes: Vec<PathNode>,
    /// Its edges, in the order of the way; against the direction of one, `source` is the later node.
    pub edges: Vec<PathEdge>,
}

/// A node on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PathNode {
    /// Its key.
    #[schema(example = "lamp")]
    pub key: String,
    /// What people call it.
    #[schema(example = "Lamp")]
    pub label: String,
    /// What sort of thing it is.
    #[schema(example = "thing")]
    pub kind: Option<String>,
}

/// An edge on the way.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PathEdge {
    /// The key of its source.
    #[schema(example = "keeper")]
    pub source: String,
    /// The key of its target.
    #[schema(example = "lamp")]
    pub target: String,
    /// What the relation is called.
    #[schema(example = "lights")]
    pub label: String,
    /// How strong it is.
    #[schema(example = 1.0)]
    pub weight: f64,
}
