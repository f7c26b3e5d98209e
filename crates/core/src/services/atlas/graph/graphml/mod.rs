//! GraphML (<http://graphml.graphdrawing.org>): keys that say what attributes there are and of
//! which type, then nodes and edges with their data.
//!
//! Attributes called `label`, `kind` and `weight`, and of the graph `name` and `title`, have the
//! meaning that they have here; the others are properties. Null, lists and objects have no type in
//! GraphML: they are written as JSON into a string whose key is marked `json` in a namespace of its
//! own, which other readers pass over.
//!
//! Document types are refused, and with them entities of a document's own. So are nested graphs,
//! hyperedges and ports, which a graph here has no place for.

mod keys;
mod read;
mod write;

pub(super) use read::parse;
pub(super) use write::render;

/// The namespace of the mark on keys whose texts are JSON.
const NAMESPACE: &str = "urn:groundwork:graphml";
