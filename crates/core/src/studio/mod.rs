//! The studio: projects, their scenes, pictures and clips, the productions they come from, and the
//! durable runs that make them.

pub mod production_path;
pub mod storyboard;
pub mod text;
