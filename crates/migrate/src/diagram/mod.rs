//! Pictures of a schema: SVG that needs neither browser nor network, Mermaid, and DOT. The same
//! schema gives the same bytes.

mod boxes;
mod dot;
mod format;
mod layout;
mod lines;
mod mermaid;
mod relation;
mod svg;
#[cfg(test)]
mod tests;
mod types;

pub(crate) use format::{Format, render};
