//! The rules about tables, for statements and for the live catalog alike.

use super::checker::Checker;
use crate::lint::{
    constraint::{Constraint, constraints},
    known_schema::{index_keys, serves},
    rules::{Rule, both, postgres, sqlite},
};
use groundwork_naming::Engine;
use groundwork_naming::MAX_NAME_BYTES;
use groundwork_schema::model::{Column, Index, Numbering, Table};

/// Integers of PostgreSQL with 32 bits or fewer.
const NARROW: &[&str] = &[
    "int",
    "integer",
    "int4",
    "smallint",
    "int2",
    "serial",
    "serial4",
    "smallserial",
    "serial2",
];

/// Integers of SQLite that SeaORM means to be narrower than 64 bits.
const NARROW_ON_SQLITE: &[&str] = &[
    "int",
    "integer",
    "tinyint",
    "smallint",
    "mediumint",
    "int2",
    "int4",
];

impl Checker<'_> {
    /// Checks the columns that are added.
    pub(super) fn columns(&mut self, table: &Table) {
        for column in &table.columns {
            let is_key =
                (table.key_columns().iter()).any(|key| key.eq_ignore_ascii_case(&column.name));
            let found = match self.engine {
                Engine::Postgres => of_postgres(column, is_key),
                Engine::Sqlite => of_sqlite(column, is_key, table.strict),
            };
            for rule in found {
                let message = format!("{}.{} is {}", table.name, column.name, column.kind);
                self.report(rule, message);
            }
            let default = column.default.as_deref().unwrap_or_default();
            if is_no_utc(self.engine, default) {
                self.report(
                    &both::INSTANT_NOT_IN_UTC,
                    format!("{}.{} defaults to {default}", table.name, column.name),
                );
            }
        }
    }

    /// Checks the names of what is added.
    pub(super) fn names(&mut self, table: &Table) {
        self.length(&table.name);
        for column in &table.columns {
            self.length(&column.name);
        }
        for constraint in constraints(table) {
            self.constraint_name(&table.name, constraint);
        }
    }

    fn constraint_name(&mut self, table: &str, constraint: Constraint<'_>) {
        let what = constraint.words();
        let over = match constraint.columns() {
            [] => String::new(),
            columns => format!(" over {}", columns.join(", ")),
        };
        let expected = self.expected(table, constraint);
        let Some(name) = constraint.name() else {
            let rule = match self.engine {
                Engine::Sqlite => &sqlite::UNNAMED_CONSTRAINT,
                Engine::Postgres => &both::NAME_OUTSIDE_CONVENTION,
            };
            let message = format!("the {what} of {table}{over} has no name; call it {expected}");
            return self.report(rule, message);
        };
        self.length(name);
        let fits = match expected.split_once('…') {
            Some((before, after)) => {
                name.len() == MAX_NAME_BYTES
                    || name.len() > before.len() + after.len()
                        && name.starts_with(before)
                        && name.ends_with(after)
            }
            None => name == expected,
        };
        if !fits {
            self.report(
                &both::NAME_OUTSIDE_CONVENTION,
                format!("the {what} {name} of {table}{over}; by the convention {expected}"),
            );
        }
    }

    /// The name by the convention; a rule that only a person can name is an ellipsis.
    fn expected(&self, table: &str, constraint: Constraint<'_>) -> String {
        let columns: Vec<&str> = constraint.columns().iter().map(String::as_str).collect();
        match constraint {
            Constraint::PrimaryKey(_) => self.convention.primary_key(table),
            Constraint::Unique(_) => self.convention.unique(table, &columns),
            Constraint::ForeignKey(key) => self.convention.foreign_key(table, &columns, &key.table),
            Constraint::Check(_) => self.convention.check(table, "…"),
        }
    }

    /// Checks the name of an index.
    pub(super) fn index_name(&mut self, table: &str, index: &Index) {
        let (name, keys) = (&index.name, index_keys(index));
        self.length(name);
        let is_plain = |key: &String| key.chars().all(|c| c.is_alphanumeric() || c == '_');
        let columns: Vec<&str> = if keys.iter().all(is_plain) {
            keys.iter().map(String::as_str).collect()
        } else {
            vec!["…"]
        };
        let expected = if index.unique {
            self.convention.unique(table, &columns)
        } else {
            self.convention.index(table, &columns)
        };
        let fits = match expected.split_once('…') {
            Some((before, after)) => {
                name.len() == MAX_NAME_BYTES || name.starts_with(before) && name.ends_with(after)
            }
            None => *name == expected,
        };
        if !fits {
            self.report(
                &both::NAME_OUTSIDE_CONVENTION,
                format!("the index {name} of {table}; by the convention {expected}"),
            );
        }
    }

    fn length(&mut self, name: &str) {
        if self.engine == Engine::Postgres && name.len() > MAX_NAME_BYTES {
            let message = format!("{name} has {} bytes", name.len());
            self.report(&postgres::NAME_OVER_63_BYTES, message);
        }
    }

    /// Checks that the foreign keys that are added have an index.
    pub(super) fn foreign_keys(&mut self, table: &Table) {
        for key in &table.foreign_keys {
            let known = self.known.table(&table.name);
            if known.is_some_and(|known| serves(known, &key.columns)) {
                continue;
            }
            let message = format!(
                "no index of {} begins with {}, which refers to {}",
                table.name,
                key.columns.join(", "),
                key.table
            );
            self.report(&both::FOREIGN_KEY_WITHOUT_INDEX, message);
        }
    }
}

fn of_postgres(column: &Column, is_key: bool) -> Vec<&'static Rule> {
    let kind = item_of(&column.kind);
    let starts = |names: &[&str]| names.iter().any(|name| kind.starts_with(name));
    let mut found: Vec<&Rule> = Vec::new();
    if kind == "json" {
        found.push(&postgres::JSON_WITHOUT_B);
    }
    if kind.starts_with("timestamp")
        && !kind.starts_with("timestamptz")
        && !kind.contains("with time zone")
    {
        found.push(&postgres::TIMESTAMP_WITHOUT_TIME_ZONE);
    }
    if is_key && NARROW.contains(&kind) {
        found.push(&postgres::KEY_OF_32_BITS);
    }
    if column.numbering == Some(Numbering::Serial) {
        found.push(&postgres::SERIAL);
    }
    if ["char", "character", "bpchar"].contains(&kind) || starts(&["char(", "character("]) {
        found.push(&postgres::CHAR_OF_FIXED_LENGTH);
    }
    if starts(&["varchar(", "character varying(", "nvarchar("]) {
        found.push(&postgres::TEXT_WITH_LENGTH);
    }
    found
}

/// The type of a column without the schema of the system, or that of what its array holds.
fn item_of(kind: &str) -> &str {
    let kind = kind.strip_prefix("pg_catalog.").unwrap_or(kind);
    kind.split('[').next().unwrap_or(kind).trim_end()
}

fn of_sqlite(column: &Column, is_key: bool, is_strict: bool) -> Vec<&'static Rule> {
    let kind = column.kind.as_str();
    let mut found: Vec<&Rule> = Vec::new();
    if column.numbering == Some(Numbering::Autoincrement) {
        found.push(&sqlite::AUTOINCREMENT);
    }
    let is_lossy = ["decimal", "numeric", "money", "varbinary"]
        .iter()
        .any(|name| kind.contains(name));
    let is_narrow = NARROW_ON_SQLITE.contains(&kind) && !is_key && !is_strict;
    if is_lossy || is_narrow {
        found.push(&sqlite::TYPE_THAT_DOES_NOT_ROUND_TRIP);
    }
    let is_instant = kind.starts_with("timestamp") || kind.starts_with("datetime");
    let has_offset = ["with_timezone", "with time zone", "timestamptz"]
        .iter()
        .any(|name| kind.contains(name));
    if is_instant && !has_offset {
        found.push(&both::INSTANT_NOT_IN_UTC);
    }
    found
}

/// Whether a default gives instants that are not UTC, or not in the shape of the others.
fn is_no_utc(engine: Engine, default: &str) -> bool {
    let default = default.to_lowercase();
    let words: &[&str] = match engine {
        Engine::Postgres => &["localtimestamp", "at time zone"],
        Engine::Sqlite => &["current_timestamp", "datetime(", "localtime"],
    };
    words.iter().any(|word| default.contains(word))
}
