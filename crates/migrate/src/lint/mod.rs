//! Finds hazards: statements of migrations and files that lock, lose or break something, and tables
//! that break the convention, in statements and in a live catalog.
//!
//! A migration is checked by the statements that it renders for each engine, without a database; its
//! imports and waivers are in its source. The rules are data, each documented in `docs/lint.md`, which is
//! written from them.

mod catalog;
mod check;
mod constraint;
mod document;
mod file;
mod finding;
mod format;
mod guess;
mod known_schema;
mod migrations;
mod report;
pub mod rules;
mod source;
mod statements;
mod waiver;

pub use catalog::catalog;
pub use document::document;
pub use file::sql;
pub use finding::{Finding, Place};
pub use format::{json, sarif, text};
pub use guess::engine;
pub use migrations::migrations;
pub use report::Report;

#[cfg(test)]
mod tests;
