//! The rules as data. What each says of itself is also what `docs/lint.md` says, and its two
//! examples are what it is tested with.

pub(super) mod both;
mod list;
pub(super) mod postgres;
mod rule;
pub(super) mod sqlite;

pub use list::{all, find};
pub use rule::{Example, Rule, Severity};
