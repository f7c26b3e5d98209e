//! What is known of a schema while statements change it: enough to tell a new table from an old
//! one, and what depends on what.

use std::collections::{BTreeMap, BTreeSet};

use super::shape::{Constraint, Shape, What};

/// All that statements have made so far. Names are in small letters.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) tables: BTreeMap<String, Known>,
    /// Views and triggers: what they are called, and every word in them.
    pub(super) programs: BTreeMap<String, Program>,
}

/// What is known of a table.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) kinds: BTreeMap<String, String>,
    pub(super) constraints: Vec<Constraint>,
    pub(super) indexes: BTreeMap<String, Index>,
    /// Names of constraints that old rows were not checked against.
    pub(super) unchecked: BTreeSet<String>,
}

/// An index.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) columns: Vec<String>,
    /// Every word of the statement that creates it.
    pub(super) words: BTreeSet<String>,
    /// Whether it holds every row that a foreign key over its columns could ask for.
    pub(super) is_whole: bool,
}

/// A view or a trigger.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) kind: &'static str,
    /// The table that a trigger belongs to.
    pub(super) on: Option<String>,
    pub(super) words: BTreeSet<String>,
}

impl World {
    pub(super) fn table(&mut self, name: &str) -> &mut Known {
        self.tables.entry(name.to_lowercase()).or_default()
    }

    pub(super) fn known(&self, name: &str) -> Option<&Known> {
        self.tables.get(&name.to_lowercase())
    }

    /// Takes over what a statement adds to a table.
    pub(super) fn add(&mut self, shape: &Shape) {
        let known = self.table(&shape.table);
        for column in &shape.columns {
            (known.kinds).insert(column.name.to_lowercase(), column.kind.clone());
        }
        known.constraints.extend(shape.constraints.iter().cloned());
    }

    /// A table has a new name, whether as a table of its own or in the place of another.
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        if let Some(known) = self.tables.remove(&from.to_lowercase()) {
            self.tables.insert(to.to_lowercase(), known);
        }
    }

    /// Forgets a table, with its triggers.
    pub(super) fn drop_table(&mut self, name: &str) {
        let name = name.to_lowercase();
        self.tables.remove(&name);
        self.programs
            .retain(|_, program| program.on.as_deref() != Some(name.as_str()));
    }

    /// Forgets an index, wherever it is.
    pub(super) fn drop_index(&mut self, name: &str) {
        for table in self.tables.values_mut() {
            table.indexes.remove(&name.to_lowercase());
        }
    }

    /// The views and triggers that mention all of these names.
    pub(super) fn mentioning(&self, names: &[&str]) -> Vec<String> {
        (self.programs.iter())
            .filter(|(_, program)| {
                (names.iter()).all(|name| program.words.contains(&name.to_lowercase()))
            })
            .map(|(name, program)| format!("the {} {name}", program.kind))
            .collect()
    }
}

impl Known {
    /// Whether an index or a key begins with these columns, in any order.
    pub(super) fn serves(&self, columns: &[String]) -> bool {
        let wanted: BTreeSet<String> = columns.iter().map(|name| name.to_lowercase()).collect();
        let begins = |key: &[String]| {
            key.len() >= wanted.len()
                && (key.iter().take(wanted.len()))
                    .all(|column| wanted.contains(&column.to_lowercase()))
        };
        let keys = (self.constraints.iter())
            .filter(|key| matches!(key.what, What::PrimaryKey | What::Unique))
            .map(|key| &key.columns);
        let indexes = (self.indexes.values())
            .filter(|index| index.is_whole)
            .map(|index| &index.columns);
        keys.chain(indexes).any(|key| begins(key))
    }

    /// Whether a check proves that a column has a value in every row.
    pub(super) fn proves(&self, column: &str) -> bool {
        self.constraints.iter().any(|constraint| {
            let is_valid = (constraint.name.as_ref())
                .is_none_or(|name| !self.unchecked.contains(&name.to_lowercase()));
            matches!(&constraint.what, What::Check { demands } if is_valid
                && demands.iter().any(|name| name.eq_ignore_ascii_case(column)))
        })
    }

    /// What uses a column, beside views and triggers.
    pub(super) fn users(&self, column: &str) -> Vec<String> {
        let column = column.to_lowercase();
        let indexes = (self.indexes.iter())
            .filter(|(_, index)| index.words.contains(&column))
            .map(|(name, _)| format!("the index {name}"));
        let keys = (self.constraints.iter())
            .filter(|key| !matches!(key.what, What::Check { .. }))
            .filter(|key| key.columns.iter().any(|name| name.to_lowercase() == column))
            .map(|key| {
                let name = key.name.as_deref().unwrap_or("without a name");
                format!("the {} {name}", key.what.words())
            });
        indexes.chain(keys).collect()
    }
}
