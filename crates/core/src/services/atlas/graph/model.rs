//! A knowledge graph as plain data: what every format is read into and written from.

use std::collections::{BTreeMap, HashSet};

use super::{
    elements::{Directedness, Edge, EdgeKey, Node, Properties},
    rules::{
        self, EDGE_MEMBERS, Fault, GRAPH_MEMBERS, MAX_EDGES, MAX_NODES, NODE_MEMBERS, nearest,
    },
};

/// A knowledge graph. Nodes are in the order of their keys, edges in that of their ends and labels,
/// so that equal graphs are written equally.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    name: Option<String>,
    title: Option<String>,
    is_undirected: bool,
    properties: Properties,
    nodes: BTreeMap<String, Node>,
    edges: BTreeMap<EdgeKey, Edge>,
}

impl Graph {
    /// A graph without nodes.
    #[must_use]
    pub fn new(direction: Directedness) -> Self {
        Self {
            is_undirected: direction == Directedness::Undirected,
            ..Self::default()
        }
    }

    /// What identifies the graph across imports, where it says so itself.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What people call it.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Whether an edge leads from its source to its target only.
    #[must_use]
    pub fn is_directed(&self) -> bool {
        !self.is_undirected
    }

    /// What else is known of it.
    #[must_use]
    pub fn properties(&self) -> &Properties {
        &self.properties
    }

    /// Its nodes by their keys.
    #[must_use]
    pub fn nodes(&self) -> &BTreeMap<String, Node> {
        &self.nodes
    }

    /// Its edges.
    #[must_use]
    pub fn edges(&self) -> &BTreeMap<EdgeKey, Edge> {
        &self.edges
    }

    /// Says how its edges lead.
    pub fn set_directedness(&mut self, direction: Directedness) {
        self.is_undirected = direction == Directedness::Undirected;
    }

    /// Gives it a name.
    ///
    /// # Errors
    /// The rule that the name breaks.
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Fault> {
        let name = name.into();
        rules::check_name(&name)?;
        self.name = Some(name);
        Ok(())
    }

    /// Gives it a title.
    ///
    /// # Errors
    /// The rule that the title breaks.
    pub fn set_title(&mut self, title: impl Into<String>) -> Result<(), Fault> {
        let title = title.into();
        rules::check_title(&title)?;
        self.title = Some(title);
        Ok(())
    }

    /// Says what else is known of it.
    ///
    /// # Errors
    /// The rule that the properties break.
    pub fn set_properties(&mut self, properties: Properties) -> Result<(), Fault> {
        rules::check_properties(&properties, GRAPH_MEMBERS)?;
        self.properties = properties;
        Ok(())
    }

    /// Adds a node.
    ///
    /// # Errors
    /// The rule that it breaks; nothing is added then.
    pub fn add_node(&mut self, key: impl Into<String>, node: Node) -> Result<(), Fault> {
        let key = key.into();
        rules::check_key(&key)?;
        rules::check_label(&node.label)?;
        if let Some(kind) = &node.kind {
            rules::check_kind(kind)?;
        }
        rules::check_properties(&node.properties, NODE_MEMBERS)?;
        if self.nodes.contains_key(&key) {
            return Err(Fault::NodeTwice { key });
        }
        if self.nodes.len() >= MAX_NODES {
            return Err(Fault::TooMany {
                what: "nodes",
                max: MAX_NODES,
            });
        }
        self.nodes.insert(key, node);
        Ok(())
    }

    /// Adds an edge between nodes that are there.
    ///
    /// # Errors
    /// The rule that it breaks; nothing is added then.
    pub fn add_edge(&mut self, key: EdgeKey, edge: Edge) -> Result<(), Fault> {
        rules::check_edge_label(&key.label)?;
        rules::check_weight(edge.weight)?;
        rules::check_properties(&edge.properties, EDGE_MEMBERS)?;
        for end in [&key.source, &key.target] {
            if !self.nodes.contains_key(end) {
                return Err(Fault::NoSuchNode {
                    key: end.clone(),
                    nearest: nearest(end, self.nodes.keys()),
                });
            }
        }
        if self.edges.contains_key(&key) {
            return Err(Fault::EdgeTwice { key });
        }
        if self.edges.len() >= MAX_EDGES {
            return Err(Fault::TooMany {
                what: "edges",
                max: MAX_EDGES,
            });
        }
        self.edges.insert(key, edge);
        Ok(())
    }

    /// Whether several edges join the same two nodes.
    #[must_use]
    pub fn has_parallel_edges(&self) -> bool {
        let mut seen = HashSet::with_capacity(self.edges.len());
        !self.edges.keys().all(|key| {
            let (source, target) = (key.source.as_str(), key.target.as_str());
            let turned = self.is_undirected && source > target;
            seen.insert(if turned {
                (target, source)
            } else {
                (source, target)
            })
        })
    }
}
