//! Constraint violations as values, the same on both engines.
//!
//! PostgreSQL names the constraint in its error, except for NOT NULL, which has no name there
//! before version 18. SQLite names a CHECK and a unique expression index, names the columns of
//! UNIQUE, PRIMARY KEY and NOT NULL, and says nothing at all about a FOREIGN KEY. Names are
//! computed from the columns by the [`Convention`]; what the message does not say is looked up by
//! [`sqlite::violation`](super::sqlite::violation) while the unit is still open.

use std::fmt;

use groundwork_naming::Convention;
use sea_orm::{DbErr, sqlx};
use sqlx::postgres::PgDatabaseError;

use super::failure;

/// SQLITE_CONSTRAINT_CHECK.
const CHECK: i32 = 275;
/// SQLITE_CONSTRAINT_FOREIGNKEY.
const FOREIGN_KEY: i32 = 787;
/// SQLITE_CONSTRAINT_NOTNULL.
const NOT_NULL: i32 = 1299;
/// SQLITE_CONSTRAINT_PRIMARYKEY.
const PRIMARY_KEY: i32 = 1555;
/// SQLITE_CONSTRAINT_TRIGGER: also what an `ON DELETE RESTRICT` reports.
const TRIGGER: i32 = 1811;
/// SQLITE_CONSTRAINT_UNIQUE.
const UNIQUE: i32 = 2067;

/// A constraint that a statement, or a commit, would have broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What kind of constraint it is.
    pub kind: ViolationKind,
    /// The constraint's name. Empty only for a foreign key on SQLite that could not be found
    /// within the time that the search may take.
    pub constraint: String,
    /// The table that has the constraint; empty where it is not known.
    pub table: String,
    /// The constraint's columns, as far as the engine says; never those of a CHECK.
    pub columns: Vec<String>,
}

/// The kinds of constraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ViolationKind {
    /// A row with the same key exists; primary keys too.
    Unique,
    /// The row that is referred to does not exist, or a row that is still referred to would go.
    ForeignKey,
    /// A value breaks a rule of its table.
    Check,
    /// A value is missing.
    NotNull,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ViolationKind::Unique => "unique constraint",
            ViolationKind::ForeignKey => "foreign key",
            ViolationKind::Check => "check",
            ViolationKind::NotNull => "not-null constraint",
        };
        match (self.constraint.as_str(), self.table.as_str()) {
            ("", "") => write!(f, "a {kind} is violated"),
            ("", table) => write!(f, "a {kind} of {table} is violated"),
            (name, _) => write!(f, "{kind} {name} is violated"),
        }
    }
}

/// What SQLite's message says about a violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ParsedViolation {
    /// The columns of a unique constraint or index.
    Columns { table: String, columns: Vec<String> },
    /// The columns of a primary key.
    Key { table: String, columns: Vec<String> },
    /// The name of a unique index over an expression.
    Index(String),
    /// The name of a check, or its text where it has no name.
    Check(String),
    /// The column that misses a value.
    Missing { table: String, column: String },
    /// Nothing, as for every foreign key.
    ForeignKey,
}

impl ParsedViolation {
    /// Reads SQLite's error; `None` when it is about something else.
    pub(super) fn by_sqlite(error: &sqlx::Error) -> Option<Self> {
        let (code, message) = failure::sqlite(error)?;
        let about = message.split_once(" failed: ").map(|(_, about)| about);
        match code {
            FOREIGN_KEY => Some(Self::ForeignKey),
            TRIGGER if message == "FOREIGN KEY constraint failed" => Some(Self::ForeignKey),
            CHECK => Some(Self::Check(about?.to_owned())),
            NOT_NULL => {
                let (table, column) = about?.split_once('.')?;
                Some(Self::Missing {
                    table: table.to_owned(),
                    column: column.to_owned(),
                })
            }
            PRIMARY_KEY => columns(about?).map(|(table, columns)| Self::Key { table, columns }),
            UNIQUE => match about?.strip_prefix("index '") {
                Some(index) => Some(Self::Index(index.trim_end_matches('\'').to_owned())),
                None => columns(about?).map(|(table, columns)| Self::Columns { table, columns }),
            },
            _ => None,
        }
    }

    /// The violation, as far as the message and the convention say.
    pub(super) fn violation(self, convention: &Convention) -> Violation {
        let unique = |constraint, table, columns| Violation {
            kind: ViolationKind::Unique,
            constraint,
            table,
            columns,
        };
        match self {
            Self::Columns { table, columns } => unique(
                convention.unique(&table, &borrowed(&columns)),
                table,
                columns,
            ),
            Self::Key { table, columns } => unique(convention.primary_key(&table), table, columns),
            Self::Index(name) => unique(name, String::new(), Vec::new()),
            Self::Check(name) => Violation {
                kind: ViolationKind::Check,
                constraint: name,
                table: String::new(),
                columns: Vec::new(),
            },
            Self::Missing { table, column } => Violation {
                kind: ViolationKind::NotNull,
                constraint: convention.not_null(&table, &column),
                table,
                columns: vec![column],
            },
            Self::ForeignKey => Violation {
                kind: ViolationKind::ForeignKey,
                constraint: String::new(),
                table: String::new(),
                columns: Vec::new(),
            },
        }
    }
}

/// The violation that an error names by itself, without asking the database anything.
pub(super) fn of(error: &DbErr, convention: &Convention) -> Option<Violation> {
    let error = failure::driver_error(error)?;
    if let Some(error) = failure::postgres(error) {
        return by_postgres(error, convention);
    }
    ParsedViolation::by_sqlite(error).map(|parsed| parsed.violation(convention))
}

/// Whether SQLite refused because of a foreign key.
pub(super) fn is_of_a_foreign_key(error: &sqlx::Error) -> bool {
    ParsedViolation::by_sqlite(error) == Some(ParsedViolation::ForeignKey)
}

fn by_postgres(error: &PgDatabaseError, convention: &Convention) -> Option<Violation> {
    let kind = match error.code() {
        "23505" => ViolationKind::Unique,
        // 23001 is what PostgreSQL 18 reports for ON DELETE RESTRICT.
        "23503" | "23001" => ViolationKind::ForeignKey,
        "23514" => ViolationKind::Check,
        "23502" => ViolationKind::NotNull,
        _ => return None,
    };
    let table = error.table().unwrap_or_default().to_owned();
    let columns = match kind {
        ViolationKind::NotNull => error.column().map(|column| vec![column.to_owned()]),
        ViolationKind::Check => None,
        ViolationKind::Unique => key_of_detail(error.detail()),
        // The detail of a row that is still referred to names the table that refers to it, which
        // is the one that has the constraint, and the columns of the other one.
        ViolationKind::ForeignKey => key_of_detail(error.detail()).filter(|_| {
            !error
                .detail()
                .is_some_and(|d| d.contains(&format!("\"{table}\"")))
        }),
    };
    let constraint = match (kind, error.constraint(), error.column()) {
        (ViolationKind::NotNull, _, Some(column)) => convention.not_null(&table, column),
        (_, Some(name), _) => name.to_owned(),
        _ => String::new(),
    };
    Some(Violation {
        kind,
        constraint,
        table,
        columns: columns.unwrap_or_default(),
    })
}

/// The columns in `Key (a, b)=(1, 2) already exists.`, in whatever language the server speaks.
fn key_of_detail(detail: Option<&str>) -> Option<Vec<String>> {
    let (before, _) = detail?.split_once(")=(")?;
    let (_, columns) = before.split_once('(')?;
    Some(columns.split(", ").map(unquoted).collect())
}

fn unquoted(name: &str) -> String {
    name.strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'))
        .map_or_else(|| name.to_owned(), |name| name.replace("\"\"", "\""))
}

/// Splits `t.a, t.b` into the table and its columns.
fn columns(about: &str) -> Option<(String, Vec<String>)> {
    let (table, _) = about.split_once('.')?;
    let prefix = format!("{table}.");
    let columns = about
        .split(", ")
        .map(|column| column.strip_prefix(&prefix).map(str::to_owned))
        .collect::<Option<_>>()?;
    Some((table.to_owned(), columns))
}

/// The names as the convention takes them.
pub(super) fn borrowed(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_unique_constraint_are_read_from_the_message() {
        assert_eq!(
            columns("scenes.project_id, scenes.scene_index"),
            Some((
                "scenes".to_owned(),
                vec!["project_id".to_owned(), "scene_index".to_owned()]
            ))
        );
        assert_eq!(columns("nonsense"), None);
    }

    #[test]
    fn the_columns_of_a_key_are_read_from_the_detail_in_any_language() {
        let columns = |detail| key_of_detail(Some(detail)).unwrap();
        assert_eq!(
            columns("Key (a, \"B c\")=(1, x)=(y) already exists."),
            ["a", "B c"]
        );
        assert_eq!(columns("Schlüssel »(id)=(7)« existiert bereits."), ["id"]);
        assert_eq!(key_of_detail(None), None);
    }
}
