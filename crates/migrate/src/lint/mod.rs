//! Finds hazards: statements of migrations and files that lock, lose or break something, and tables
//! that break the convention, in statements and in a live catalog.
//!
//! A migration is checked by the statements that it renders for each engine, without a database; its
//! imports and waivers are in its source. The rules are data, each documented in `docs/lint.md`, which is
//! written from them.

mod catalog;
mod check;
mod constraint;
#[cfg(test)]
mod document;
mod file;
mod finding;
mod format;
mod guess;
mod known_schema;
mod migrations;
mod report;
pub(crate) mod rules;
mod script;
mod source;
mod statements;
mod waiver;

pub(crate) use catalog::catalog;
pub(crate) use file::Files;
#[cfg(test)]
pub(crate) use file::sql;
pub(crate) use format::{json, sarif, text};
pub(crate) use guess::engine;
pub(crate) use migrations::migrations;
pub(crate) use report::Report;

#[cfg(test)]
mod tests;
