//! The rules as data. `docs/lint.md` is written from them, and each is tested with its two
//! examples.

pub(super) mod both;
mod list;
pub(super) mod postgres;
mod rule;
pub(super) mod sqlite;

pub(crate) use list::{all, find};
#[cfg(test)]
pub(crate) use rule::Example;
pub(crate) use rule::{Rule, Severity};
