//! What is different after a migration and its way back.

use std::collections::BTreeMap;

use groundwork_schema::model::Schema;

use super::content::Content;
use crate::diff::{Change, Difference, differences};

/// What is different between two databases, one line each. `between` is what there was in the
/// meantime: a column that was away comes back as the last one, since no engine can put it into its
/// place.
pub(super) fn catalogs(expected: &Schema, found: &Schema, between: &Schema) -> Vec<String> {
    (differences(expected, found).into_iter())
        .filter(|difference| !is_order_only(difference, between))
        .map(|difference| difference.to_string())
        .collect()
}

fn is_order_only(difference: &Difference, between: &Schema) -> bool {
    let Change::Changed {
        what,
        expected,
        found,
    } = &difference.change
    else {
        return false;
    };
    let stayed = |list: &str| -> Vec<String> {
        let table = difference.object.table.as_ref();
        let table = table.and_then(|name| between.tables.get(name));
        (list.split(", "))
            .filter(|name| table.is_some_and(|table| table.column(name).is_some()))
            .map(str::to_owned)
            .collect()
    };
    what == "order of columns" && stayed(expected) == stayed(found)
}

/// Rows and values of the tables before that are gone. A NULL that was filled is no loss, nor is what
/// the new type of a column writes in another way.
pub(super) fn losses(
    before: &Schema,
    after: &Schema,
    kept: &BTreeMap<String, Content>,
    left: &BTreeMap<String, Content>,
) -> Vec<String> {
    let mut lost = Vec::new();
    for (table, kept) in kept {
        let Some(left) = left.get(table) else {
            continue;
        };
        if left.rows < kept.rows {
            let rows = kept.rows - left.rows;
            lost.push(format!("{rows} of {} rows of table {table}", kept.rows));
            continue;
        }
        for (column, values) in &kept.values {
            let kind = |schema: &Schema| {
                let table = (schema.tables.get(table)).or(schema.partitioned_tables.get(table));
                table.and_then(|table| table.column(column).map(|column| column.kind.clone()))
            };
            let now = left
                .values
                .get(column)
                .filter(|_| kind(before) == kind(after));
            if now.is_some_and(|now| !contains(now, values)) {
                lost.push(format!("values of column {column} of table {table}"));
            }
        }
    }
    lost
}

/// Whether all of these values are among the others, each as often.
fn contains(all: &[String], values: &[String]) -> bool {
    let mut left: BTreeMap<&String, usize> = BTreeMap::new();
    for value in all {
        *left.entry(value).or_default() += 1;
    }
    values.iter().all(|value| {
        let count = left.get_mut(value).filter(|count| **count > 0);
        count.map(|count| *count -= 1).is_some()
    })
}

/// The first column that a migration demands of rows that exist without a value for it.
pub(super) fn demanded(before: &Schema, after: &Schema) -> Option<String> {
    after.tables.values().find_map(|table| {
        let old = before.tables.get(&table.name)?;
        let new = (table.columns.iter()).find(|column| {
            let is_filled = column.default.is_some()
                || column.generated.is_some()
                || column.numbering.is_some();
            !column.nullable && !is_filled && old.column(&column.name).is_none()
        })?;
        Some(format!("column {} of table {}", new.name, table.name))
    })
}
