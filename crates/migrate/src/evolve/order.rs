//! The order of tables.

use std::collections::BTreeSet;

use super::model::Entities;

/// The tables, those that others refer to first; where they refer to each other, by name.
pub(super) fn referred_first(entities: &Entities) -> Vec<String> {
    let mut ordered = Vec::new();
    let mut left: BTreeSet<&str> = entities.tables.keys().map(String::as_str).collect();
    while let Some(first) = left.first().copied() {
        let is_free = |name: &&str| {
            let keys = entities
                .tables
                .get(*name)
                .map(|entity| entity.foreign_keys())
                .unwrap_or_default();
            keys.iter()
                .all(|key| key.table == **name || !left.contains(key.table.as_str()))
        };
        let next = left
            .iter()
            .copied()
            .find(|name| is_free(name))
            .unwrap_or(first);
        left.remove(next);
        ordered.push(next.to_owned());
    }
    ordered
}
