//! What a knowledge graph is made of: nodes and edges as plain data.

use serde::Serialize;
use serde_json::{Map, Value};

/// What else is known of a graph, a node or an edge: a JSON object.
pub type Properties = Map<String, Value>;

/// What a graph is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// What people call it.
    pub label: String,
    /// What sort of thing it is, such as `person`.
    pub kind: Option<String>,
    /// What else is known of it.
    pub properties: Properties,
}

/// What distinguishes the edges of a graph.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct EdgeKey {
    /// The key of the node that it starts from.
    pub source: String,
    /// The key of the node that it leads to.
    pub target: String,
    /// What the relation is called; empty if it has no name.
    pub label: String,
}

/// How two nodes are related.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Edge {
    /// How strong the relation is: finite and above 0.
    pub weight: f64,
    /// What else is known of it.
    pub properties: Properties,
}

impl Node {
    /// A node of no kind, of which nothing else is known.
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            kind: None,
            properties: Properties::new(),
        }
    }

    /// The same node, of this kind.
    #[must_use]
    pub fn of_kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }
}

impl EdgeKey {
    /// The edge of this label between these nodes.
    #[must_use]
    pub fn new(
        source: impl Into<String>,
        target: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self {
            source: source.into(),
            target: target.into(),
            label: label.into(),
        }
    }
}

impl Default for Edge {
    /// Weight 1, nothing else known.
    fn default() -> Self {
        Self {
            weight: 1.0,
            properties: Properties::new(),
        }
    }
}

/// The directions in which the edges of a graph lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directedness {
    /// From their source to their target.
    Directed,
    /// Both ways.
    Undirected,
}

impl From<bool> for Directedness {
    /// `true` is directed, as the formats write it.
    fn from(directed: bool) -> Self {
        if directed {
            Self::Directed
        } else {
            Self::Undirected
        }
    }
}
