//! Acceptance tests: the studio's projects, scenes and files, and productions that come and go.

mod bad_productions;
mod cancelled_imports;
mod files;
mod productions;
mod projects;
mod scenes;
mod statements;
mod world;

pub(crate) use world::{World, new_scene};
