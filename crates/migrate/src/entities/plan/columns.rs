//! How each column is read and written.

use std::collections::BTreeMap;

use groundwork_schema::model::Column;

use super::{patterns, planned::PlannedColumn, planner::Planner};
use crate::entities::{
    column_type::{self, Kind},
    fields::Fields,
    rust_type::RustType,
    type_map::{Problem, TypeAssignment, TypeMap},
};

/// How many columns a warning names.
const NAMED: usize = 3;

impl Planner {
    /// Decides how every column of the planned tables is read, and names its field.
    pub(super) fn columns(&mut self, map: &TypeMap) {
        self.unknown(map);
        let mut doubts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let tables: Vec<_> = (self.plan.schema.tables.values())
            .filter(|table| self.plan.domain_of.contains_key(&table.name))
            .cloned()
            .collect();
        for table in &tables {
            self.plan
                .fields
                .insert(table.name.clone(), Fields::of(table));
            for column in &table.columns {
                let kind = Kind::of(&self.plan.schema, &column.kind);
                let is_decided = self.column_of(&table.name, column, kind.clone());
                let words = column_type::bare(&column.kind);
                let doubt = kind.doubt(self.plan.schema.engine, &words);
                if let Some(doubt) = doubt.filter(|_| !is_decided) {
                    let words = match words.as_str() {
                        "" => "no type".to_owned(),
                        words => format!("`{words}`"),
                    };
                    let subject = format!("`{}.{}` ({words})", table.name, column.name);
                    doubts.entry(doubt).or_default().push(subject);
                }
            }
        }
        let warnings = doubts.into_iter().map(|(doubt, columns)| {
            let more = columns.len().saturating_sub(NAMED);
            let named = columns.into_iter().take(NAMED).collect::<Vec<_>>();
            let more = match more {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("{}{more}: {doubt}", named.join(", "))
        });
        self.plan.warnings.extend(warnings);
    }

    /// Decides how a column is read. Whether the type map decided it.
    fn column_of(&mut self, table: &str, column: &Column, kind: Kind) -> bool {
        let engine = self.plan.schema.engine;
        let key = (table.to_owned(), column.name.clone());
        let own = self.plan.types.get(&key).map(|own| own.rust.clone());
        let is_decided = own.is_some();
        let chosen = own.or_else(|| self.chosen(table, column));
        let is_decided = is_decided || chosen.is_some();
        let rust = chosen.unwrap_or_else(|| kind.rust(engine));
        match rust.casts(engine, &kind) {
            Ok(casts) => {
                let planned = PlannedColumn { kind, rust, casts };
                self.plan.columns.insert(key, planned);
            }
            Err(why) => {
                let line = self.choice(table, column).map(|choice| choice.line);
                self.problems.push(Problem {
                    line,
                    message: format!("`{table}.{}` ({}) {why}", column.name, column.kind),
                });
            }
        }
        is_decided
    }

    /// What the type map says that a column is read as.
    pub(super) fn chosen(&self, table: &str, column: &Column) -> Option<RustType> {
        self.choice(table, column).map(|choice| choice.rust.clone())
    }

    /// The first of: a line that names the column, a pattern, a line that names its type.
    fn choice(&self, table: &str, column: &Column) -> Option<&TypeAssignment> {
        let words = column_type::bare(&column.kind);
        let subject = format!("{table}.{}", column.name);
        let types = &self.types;
        let named = types.iter().find(|choice| choice.subject == subject);
        let matches = |choice: &&TypeAssignment| {
            let parts = choice.subject.split_once('.');
            parts.is_some_and(|(tables, columns)| {
                patterns::matches(tables, table) && patterns::matches(columns, &column.name)
            })
        };
        let of_type =
            |choice: &&TypeAssignment| choice.subject == words || choice.subject == column.kind;
        named
            .or_else(|| types.iter().find(matches))
            .or_else(|| types.iter().find(of_type))
    }

    /// Lines of `[types]` that name a column which does not exist.
    fn unknown(&mut self, map: &TypeMap) {
        for choice in &map.types {
            let Some((table, column)) = choice.subject.split_once('.') else {
                continue;
            };
            let is_known = self.plan.schema.tables.values().any(|known| {
                patterns::matches(table, &known.name)
                    && (known.columns.iter()).any(|known| patterns::matches(column, &known.name))
            });
            if !is_known {
                self.problem(
                    choice.line,
                    format!("there is no column `{}`", choice.subject),
                );
            }
        }
    }
}
