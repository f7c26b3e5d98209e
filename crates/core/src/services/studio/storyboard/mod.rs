//! `storyboard.json`: what describes a production folder. Reading it reports every problem it can
//! find, each with its line and column, so that an author fixes a file once.

mod model;
mod problem;
mod read;
mod reader;
#[cfg(test)]
mod tests;

pub use super::production_path::{InvalidPath, ProductionPath, STORYBOARD_FILE};
pub use model::{
    FileRole, STORYBOARD_MAX_BYTES, Storyboard, StoryboardClip, StoryboardKeyframes,
    StoryboardScene,
};
pub use problem::{Place, Problem, Problems};
