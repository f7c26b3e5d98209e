//! How much a drawing shows.

/// The most nodes that a drawing shows.
pub(super) const MAX_NODES: usize = 400;
/// The most edges that a drawing shows.
pub(super) const MAX_EDGES: usize = 1_000;

/// Nobody could read the drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a graph of {nodes} nodes and {edges} edges is too large to draw: at most {} and {} are drawn; \
     take DOT, or the neighbours of a node",
    MAX_NODES,
    MAX_EDGES
)]
pub struct TooLargeToDraw {
    /// How many nodes it has.
    pub nodes: usize,
    /// How many edges it has.
    pub edges: usize,
}
