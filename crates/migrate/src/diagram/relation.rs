//! What a picture shows of tables beside their columns: how they refer to each other, and which
//! columns are part of a key.

use groundwork_schema::model::{Column, ForeignKey, IndexKey, IndexedBy, Table};

/// A foreign key, as a line between two tables.
#[derive(Clone, Debug)]
pub(super) struct Relation<'a> {
    /// The place of the referring table in the list.
    pub(super) child: usize,
    /// The place of the table that is referred to.
    pub(super) parent: usize,
    pub(super) key: &'a ForeignKey,
    /// A parent has one child at most.
    pub(super) is_unique: bool,
    /// A child may have no parent.
    pub(super) is_optional: bool,
}

pub(super) fn relations<'a>(tables: &[&'a Table]) -> Vec<Relation<'a>> {
    let mut all = Vec::new();
    for (child, table) in tables.iter().enumerate() {
        for key in &table.foreign_keys {
            let parent = tables.iter().position(|other| other.name == key.table);
            let is_optional = table
                .columns
                .iter()
                .any(|column| column.nullable && key.columns.contains(&column.name));
            all.extend(parent.map(|parent| Relation {
                child,
                parent,
                key,
                is_unique: is_unique(table, &key.columns),
                is_optional,
            }));
        }
    }
    all
}

/// Whether no two rows have the same values in these columns.
fn is_unique(table: &Table, columns: &[String]) -> bool {
    let within = |key: &[String]| key.iter().all(|column| columns.contains(column));
    let index = |keys: &[IndexKey]| {
        keys.iter().all(|key| match &key.of {
            IndexedBy::Column(column) => columns.contains(column),
            IndexedBy::Expression(_) => false,
        })
    };
    table.primary_key.iter().any(|key| within(&key.columns))
        || table.uniques.iter().any(|unique| within(&unique.columns))
        || (table.indexes.iter())
            .any(|own| own.unique && own.predicate.is_none() && index(&own.keys))
}

/// What a column is part of: `PK`, `FK`, `U`, in this order.
pub(super) fn marks(table: &Table, column: &Column) -> Vec<&'static str> {
    let has = |columns: &[String]| columns.contains(&column.name);
    let mut marks = Vec::new();
    if table.primary_key.iter().any(|key| has(&key.columns)) {
        marks.push("PK");
    }
    if table.foreign_keys.iter().any(|key| has(&key.columns)) {
        marks.push("FK");
    }
    if table.uniques.iter().any(|unique| has(&unique.columns)) {
        marks.push("U");
    }
    marks
}
