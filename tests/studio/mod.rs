//! Acceptance tests: the studio's projects, scenes and files, and productions that come and go.

mod bad_productions;
mod cancelled_imports;
mod files;
mod fixture;
mod productions;
mod projects;
mod scenes;
mod statements;

pub(crate) use fixture::{Fixture, new_scene};
