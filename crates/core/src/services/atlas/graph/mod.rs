//! Knowledge graphs: nodes and the labelled, weighted relations between them.
//!
//! [`Graph`] is a graph as plain data, which every [`Format`] is read into and written from, and
//! which [`View`] shows. [`Atlas`](super::Atlas) stores graphs, and finds ways through them.

mod dot;
mod elements;
mod error;
mod format;
mod format_error;
mod graphml;
mod import;
mod json;
mod json_ld;
mod model;
mod neighbours;
mod node_link;
mod render;
mod rules;
mod stored;
mod svg;
#[cfg(test)]
mod tests;
mod views;
mod walk;
mod xml;

pub use elements::{Directedness, Edge, EdgeKey, Node, Properties};
pub use entity::atlas::{GraphEdgeId, GraphId, GraphNodeId};
pub use error::GraphError;
pub use format::{Format, MAX_TEXT_BYTES, UnknownFormat, read};
pub use format_error::FormatError;
pub use import::NewGraph;
pub use model::Graph;
pub use neighbours::{MAX_DEPTH, MAX_VISITED, NeighbourQuery};
pub use render::View;
pub use rules::{
    Fault, MAX_EDGES, MAX_LABEL_BYTES, MAX_NAME_BYTES, MAX_NODES, MAX_PROPERTIES_BYTES,
    MAX_PROPERTIES_DEPTH,
};
pub use svg::TooLargeToDraw;
pub use views::{
    Changes, GraphPath, GraphSummary, ImportedGraph, Neighbour, Neighbourhood, PathEdge, PathNode,
};
pub use walk::{Direction, MAX_HOPS, MAX_PASSED, PathQuery};
