//! The rules of both engines together.

use super::{both, postgres, rule::Rule, sqlite};

/// Every rule, by id.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    (postgres::ALL.iter())
        .chain(sqlite::ALL)
        .chain(both::ALL)
        .copied()
}

/// The rule of this id.
#[must_use]
pub(crate) fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}
