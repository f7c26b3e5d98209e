//! What the keys of a table say about its rows.

use std::collections::BTreeSet;

use groundwork_naming::Engine;
use groundwork_schema::model::{Column, IndexedBy, Schema, Table};

use super::value_list::{self, ValueList};

/// Brings keys into an order that is the same from either engine.
pub(super) fn sort(schema: &mut Schema) {
    for table in schema.tables.values_mut() {
        let key = table.key_columns().to_vec();
        for column in &mut table.columns {
            // SQLite alone lets a part of a primary key be NULL.
            column.nullable &= !key.contains(&column.name);
        }
        table
            .foreign_keys
            .sort_by(|a, b| (&a.columns, &a.table).cmp(&(&b.columns, &b.table)));
        table
            .foreign_keys
            .dedup_by(|a, b| a.columns == b.columns && a.table == b.table);
    }
}

/// The columns of every unique constraint and unique index that covers all rows, apart from the
/// primary key.
pub(super) fn unique_keys(table: &Table) -> BTreeSet<Vec<String>> {
    let constraints = table.uniques.iter().map(|unique| unique.columns.clone());
    let indexes = table.indexes.iter();
    let indexes = indexes
        .filter(|index| index.unique && index.predicate.is_none())
        .filter_map(|index| {
            let columns = index.keys.iter().map(|key| match &key.of {
                IndexedBy::Column(name) => Some(name.clone()),
                IndexedBy::Expression(_) => None,
            });
            columns.collect()
        });
    let mut keys: BTreeSet<Vec<String>> = constraints.chain(indexes).collect();
    keys.remove(table.key_columns());
    keys
}

/// Whether at most one row can have the same values in these columns (`NULL`s aside).
pub(super) fn is_unique(table: &Table, columns: &[String]) -> bool {
    let covers = |key: &[String]| {
        key.len() == columns.len() && key.iter().all(|column| columns.contains(column))
    };
    covers(table.key_columns()) || unique_keys(table).iter().any(|key| covers(key))
}

/// Whether the database gives the rows of a table numbers in this column.
pub(super) fn is_numbered(engine: Engine, table: &Table, column: &Column) -> bool {
    match engine {
        // Another name of the rowid, which SQLite counts up: `bigint` and `int` are none.
        Engine::Sqlite => {
            table.key_columns() == [column.name.as_str()]
                && column.kind == "integer"
                && !table.without_rowid
        }
        Engine::Postgres => {
            let is_counted = |default: &String| default.starts_with("nextval(");
            matches!(column.kind.as_str(), "smallint" | "integer" | "bigint")
                && (column.numbering.is_some() || column.default.as_ref().is_some_and(is_counted))
        }
    }
}

/// The values that a column may have: those that its check lists, or its native enum.
///
/// # Errors
/// Why they are not known.
pub(super) fn values(
    schema: &Schema,
    table: &Table,
    column: &Column,
) -> Result<Vec<String>, &'static str> {
    if let Some(values) = schema.enums.get(column.kind.trim_matches('"')) {
        return Ok(values.clone());
    }
    let checks = table.checks.iter();
    let lists = checks
        .filter_map(|check| value_list::in_expression(schema.engine, &check.expression))
        .filter(|list| list.column == column.name);
    let mut lists: Vec<ValueList> = lists.collect();
    match (lists.pop(), lists.is_empty()) {
        (Some(list), true) => Ok(list.values),
        (None, _) => Err("no check lists its values; expected a constraint such as \
                          CHECK (status IN ('on', 'off'))"),
        (Some(_), false) => Err("several checks list its values; expected one"),
    }
}

#[cfg(test)]
mod tests {
    use groundwork_schema::model::{
        Action, ForeignKey, Index, IndexKey, Numbering, PrimaryKey, Timing, Unique,
    };

    use super::*;

    fn names(columns: &[&str]) -> Vec<String> {
        columns.iter().map(|&column| column.to_owned()).collect()
    }

    fn table() -> Table {
        let mut table = Table::new("t");
        table.columns = vec![Column::new("c0", "uuid"), Column::new("c1", "uuid")];
        table.primary_key = Some(PrimaryKey {
            name: None,
            columns: names(&["c0"]),
        });
        table
    }

    #[test]
    fn foreign_keys_are_sorted_by_column_and_a_primary_key_refuses_null() {
        let mut table = table();
        let key = |column: &str| ForeignKey {
            name: None,
            columns: names(&[column]),
            table: "u".to_owned(),
            referred_columns: names(&["id"]),
            on_delete: Action::NoAction,
            on_update: Action::NoAction,
            timing: Timing::Immediate,
            valid: true,
        };
        table.foreign_keys = vec![key("c1"), key("c0"), key("c1")];
        let mut schema = Schema::empty(Engine::Sqlite);
        schema.tables.insert("t".to_owned(), table);
        sort(&mut schema);
        let table = &schema.tables["t"];
        let columns: Vec<_> = table.foreign_keys.iter().map(|key| &key.columns).collect();
        assert_eq!(columns, [&names(&["c0"]), &names(&["c1"])]);
        let nullable: Vec<_> = table.columns.iter().map(|column| column.nullable).collect();
        assert_eq!(nullable, [false, true]);
    }

    #[test]
    fn only_whole_keys_of_plain_columns_are_unique() {
        let index = |name: &str, of: IndexedBy, predicate: Option<&str>| Index {
            name: name.to_owned(),
            unique: true,
            nulls_not_distinct: false,
            method: "btree".to_owned(),
            keys: vec![IndexKey {
                of,
                descending: false,
                collation: None,
                options: None,
            }],
            include: Vec::new(),
            predicate: predicate.map(str::to_owned),
            valid: true,
        };
        let column = || IndexedBy::Column("c1".to_owned());
        let mut table = table();
        table.indexes = vec![
            index("a", IndexedBy::Expression("lower(c1)".to_owned()), None),
            index("b", column(), Some("c0 IS NULL")),
        ];
        table.uniques = vec![Unique {
            nulls_not_distinct: false,
            name: None,
            columns: names(&["c0"]),
            timing: Timing::Immediate,
        }];
        assert!(unique_keys(&table).is_empty());
        assert!(!is_unique(&table, &names(&["c1"])));
        table.indexes.push(index("c", column(), None));
        assert_eq!(unique_keys(&table), BTreeSet::from([names(&["c1"])]));
        assert!(is_unique(&table, &names(&["c1"])));
    }

    #[test]
    fn numbers_are_given_by_a_rowid_an_identity_or_a_sequence() {
        let mut table = table();
        let mut column = Column::new("c0", "integer");
        assert!(is_numbered(Engine::Sqlite, &table, &column));
        assert!(!is_numbered(Engine::Postgres, &table, &column));
        column.default = Some("nextval('n'::regclass)".to_owned());
        assert!(is_numbered(Engine::Postgres, &table, &column));
        column.default = None;
        column.numbering = Some(Numbering::IdentityAlways);
        assert!(is_numbered(Engine::Postgres, &table, &column));
        table.without_rowid = true;
        assert!(!is_numbered(Engine::Sqlite, &table, &column));
        assert!(!is_numbered(
            Engine::Sqlite,
            &table,
            &Column::new("c0", "bigint")
        ));
    }
}
