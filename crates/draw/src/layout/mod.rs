//! Where boxes go. The same boxes and lines are laid out in the same way every time.

mod layered;
mod parts;
mod rows;
mod stress;

pub use layered::{Layered, Layers, layered};
pub use parts::parts;
pub use rows::rows;
pub use stress::stress;
