//! A drawing of a graph: boxes coloured by kind, arrows with their labels, heavier ones thicker.

mod curve;
mod drawing;
mod edges;
mod labels;
mod limits;
mod lines;
mod shape;

pub(super) use drawing::render;
pub use limits::TooLargeToDraw;
