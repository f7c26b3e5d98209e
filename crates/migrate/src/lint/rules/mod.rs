//! The rules as data. `docs/lint.md` is written from them, and each is tested with its two
//! examples.

pub(super) mod both;
mod list;
pub(super) mod postgres;
mod rule;
pub(super) mod sqlite;

pub use list::{all, find};
pub use rule::{Example, Rule, Severity};
