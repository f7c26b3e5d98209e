//! What is known of a schema while statements change it: enough to distinguish a new table from an
//! old one, and to know what depends on what.

use std::collections::{BTreeMap, BTreeSet};

use sqlparser::{ast, parser::Parser};

use groundwork_naming::Engine;
use groundwork_schema::{
    model::{Column, Index, IndexedBy, Table},
    sql::dialect,
};

use super::constraint::constraints;

/// All that statements have made so far. Names are in small letters.
#[derive(Debug, Default)]
pub(super) struct KnownSchema {
    pub(super) tables: BTreeMap<String, Table>,
    /// Domains that demand something of their values (PostgreSQL).
    pub(super) domains: BTreeSet<String>,
    /// Views and triggers: what they are called, and every word in them.
    pub(super) programs: BTreeMap<String, Program>,
}

/// A view or a trigger.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) kind: &'static str,
    /// The table that a trigger belongs to.
    pub(super) on: Option<String>,
    pub(super) words: BTreeSet<String>,
}

impl KnownSchema {
    /// What is known of a table, to be changed; nothing, where no statement has made it.
    pub(super) fn table_mut(&mut self, name: &str) -> &mut Table {
        let name = name.to_lowercase();
        (self.tables.entry(name.clone())).or_insert_with(|| Table::new(name))
    }

    pub(super) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(&name.to_lowercase())
    }

    /// Takes over a table, or the part of one that a statement adds.
    pub(super) fn add(&mut self, part: &Table) {
        let known = self.table_mut(&part.name);
        for column in &part.columns {
            set_column(known, column.clone());
        }
        known.uniques.extend(part.uniques.iter().cloned());
        known.foreign_keys.extend(part.foreign_keys.iter().cloned());
        known.checks.extend(part.checks.iter().cloned());
        known.indexes.extend(part.indexes.iter().cloned());
        if part.primary_key.is_some() {
            known.primary_key.clone_from(&part.primary_key);
        }
    }

    /// A table has a new name, whether as a table of its own or in the place of another.
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        if let Some(table) = self.tables.remove(&from.to_lowercase()) {
            self.tables.insert(to.to_lowercase(), table);
        }
    }

    /// Forgets a table, with its triggers.
    pub(super) fn drop_table(&mut self, name: &str) {
        let name = name.to_lowercase();
        self.tables.remove(&name);
        self.programs
            .retain(|_, program| program.on.as_deref() != Some(name.as_str()));
    }

    /// Forgets an index, of whichever table.
    pub(super) fn drop_index(&mut self, name: &str) {
        for table in self.tables.values_mut() {
            (table.indexes).retain(|index| !index.name.eq_ignore_ascii_case(name));
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

/// Adds a column, or replaces what was known of it.
pub(super) fn set_column(table: &mut Table, column: Column) {
    drop_column(table, &column.name);
    table.columns.push(column);
}

/// Forgets a column. What used it is forgotten by the statements that drop it.
pub(super) fn drop_column(table: &mut Table, name: &str) {
    (table.columns).retain(|column| !column.name.eq_ignore_ascii_case(name));
}

/// Forgets a constraint.
pub(super) fn drop_constraint(table: &mut Table, name: &str) {
    let is_kept = |own: &Option<String>| own.as_deref() != Some(name);
    table.primary_key.take_if(|key| !is_kept(&key.name));
    table.uniques.retain(|unique| is_kept(&unique.name));
    table.foreign_keys.retain(|key| is_kept(&key.name));
    table.checks.retain(|check| is_kept(&check.name));
}

/// A constraint now holds for old rows too.
pub(super) fn validate(table: &mut Table, name: &str) {
    let is_it =
        |own: &Option<String>| (own.as_ref()).is_some_and(|own| own.eq_ignore_ascii_case(name));
    for check in table.checks.iter_mut().filter(|check| is_it(&check.name)) {
        check.valid = true;
    }
    for key in (table.foreign_keys.iter_mut()).filter(|key| is_it(&key.name)) {
        key.valid = true;
    }
}

/// The type of a column, if it is known.
pub(super) fn kind_of<'a>(table: &'a Table, column: &str) -> Option<&'a str> {
    let mut columns = table.columns.iter();
    let found = columns.find(|own| own.name.eq_ignore_ascii_case(column));
    found.map(|own| own.kind.as_str())
}

/// Whether an index or a key begins with these columns, in any order.
pub(super) fn serves(table: &Table, columns: &[String]) -> bool {
    let wanted: BTreeSet<String> = columns.iter().map(|name| name.to_lowercase()).collect();
    let begins = |key: &[String]| {
        key.len() >= wanted.len()
            && (key.iter().take(wanted.len())).all(|column| wanted.contains(&column.to_lowercase()))
    };
    let uniques = table.uniques.iter().map(|unique| unique.columns.as_slice());
    let indexes = table.indexes.iter().filter(|index| is_whole(index));
    begins(table.key_columns())
        || uniques.into_iter().any(begins)
        || indexes.map(index_keys).any(|keys| begins(&keys))
}

/// Whether an index holds every row that a foreign key over its columns could ask for.
fn is_whole(index: &Index) -> bool {
    index.predicate.as_ref().is_none_or(|predicate| {
        let plain = predicate.replace(['(', ')', '"'], "").to_lowercase();
        let plain: Vec<&str> = plain.split_whitespace().collect();
        match index_keys(index).as_slice() {
            [only] => plain == [only.to_lowercase().as_str(), "is", "not", "null"],
            _ => false,
        }
    })
}

/// The columns that an index is over; an expression in parentheses.
pub(super) fn index_keys(index: &Index) -> Vec<String> {
    let keys = index.keys.iter().map(|key| match &key.of {
        IndexedBy::Column(name) => name.clone(),
        IndexedBy::Expression(text) => format!("({text})"),
    });
    keys.collect()
}

/// Whether a check proves that a column has a value in every row.
pub(super) fn proves(engine: Engine, table: &Table, column: &str) -> bool {
    let checks = table.checks.iter().filter(|check| check.valid);
    checks
        .filter_map(|check| {
            let mut parser = Parser::new(dialect(engine))
                .try_with_sql(&check.expression)
                .ok()?;
            parser.parse_expr().ok()
        })
        .any(|expression| demands(&expression, column))
}

/// Whether an expression is false where the column is NULL, because it asks for a value of it.
fn demands(expression: &ast::Expr, column: &str) -> bool {
    match expression {
        ast::Expr::Nested(inner) => demands(inner, column),
        ast::Expr::IsNotNull(inner) => matches!(inner.as_ref(),
            ast::Expr::Identifier(name) if name.value.eq_ignore_ascii_case(column)),
        ast::Expr::BinaryOp {
            left,
            op: ast::BinaryOperator::And,
            right,
        } => demands(left, column) || demands(right, column),
        _ => false,
    }
}

/// What uses a column, beside views and triggers.
pub(super) fn users(table: &Table, column: &str) -> Vec<String> {
    let mut indexes: Vec<&Index> = (table.indexes.iter())
        .filter(|index| mentions(index, column))
        .collect();
    indexes.sort_by(|one, other| one.name.cmp(&other.name));
    let indexes =
        (indexes.into_iter()).map(|index| format!("the index {}", index.name.to_lowercase()));
    let keys = constraints(table)
        .filter(|key| (key.columns().iter()).any(|name| name.eq_ignore_ascii_case(column)))
        .map(|key| {
            let name = key.name().unwrap_or("without a name");
            format!("the {} {name}", key.words())
        });
    indexes.chain(keys).collect()
}

/// Whether a column is a key of an index, or a word of its expressions or its predicate.
fn mentions(index: &Index, column: &str) -> bool {
    let column = column.to_lowercase();
    let keys = index_keys(index);
    let texts = keys.iter().chain(&index.predicate);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    texts
        .map(|text| text.to_lowercase())
        .any(|text| text == column || text.split(|c| !is_word(c)).any(|word| word == column))
}
