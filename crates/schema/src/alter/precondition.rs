//! What the rows that exist must fulfil before a change, as a query that counts those which do not.
//! Both engines understand these.

use crate::{
    rebuild::RebuildError,
    sql::identifier,
    table::{Check, Column, ForeignKey, Nulls, Presence, Unique, condition},
};
use groundwork_naming::Convention;

/// What the rows must fulfil.
#[derive(Clone, Debug)]
pub(super) struct Precondition {
    /// What is violated, as an error says it.
    pub(super) rule: String,
    /// Counts the rows that violate it.
    pub(super) count: String,
}

impl Precondition {
    /// The error that this many rows of the table are.
    pub(super) fn violated(&self, table: &str, rows: i64) -> RebuildError {
        RebuildError::Violated {
            table: table.to_owned(),
            rule: self.rule.clone(),
            rows,
        }
    }
}

/// The rows that a precondition is about: a table, or a query in parentheses.
pub(super) struct Rows<'a> {
    pub(super) table: &'a str,
    pub(super) source: &'a str,
    pub(super) convention: &'a Convention,
}

impl Rows<'_> {
    /// What adding a column demands, if it demands something.
    pub(super) fn column(&self, column: &Column) -> Option<Precondition> {
        match (column.presence, column.generated, column.default) {
            (Presence::Optional, ..) | (_, None, Some(_)) => None,
            (Presence::Required, Some(sql), _) => Some(self.computed(column.name, sql)),
            (Presence::Required, None, None) => Some(self.none(column.name)),
        }
    }

    /// No rows at all: there is no value for this column.
    fn none(&self, column: &str) -> Precondition {
        Precondition {
            rule: self.not_null_name(column),
            count: format!("SELECT count(*) FROM {}", self.source),
        }
    }

    pub(super) fn not_null(&self, column: &str) -> Precondition {
        self.precondition(
            self.not_null_name(column),
            &format!("{} IS NULL", identifier(column)),
        )
    }

    pub(super) fn check(&self, check: &Check) -> Precondition {
        self.precondition(
            self.convention.check(self.table, check.rule),
            &format!("NOT ({})", condition(&check.condition)),
        )
    }

    pub(super) fn unique(&self, unique: &Unique) -> Precondition {
        let name = unique.name(self.table, self.convention);
        let expressions = unique.expressions();
        let mut conditions: Vec<String> = match unique.nulls {
            Nulls::Distinct => (expressions.iter())
                .map(|sql| format!("{sql} IS NOT NULL"))
                .collect(),
            Nulls::Equal => Vec::new(),
        };
        conditions.extend(unique.only_where.map(|sql| format!("({sql})")));
        self.once_only(name, &expressions, &conditions)
    }

    /// NULLs are refused by the preconditions of the single columns.
    pub(super) fn primary_key(&self, columns: &[&str]) -> Precondition {
        let name = self.convention.primary_key(self.table);
        let columns: Vec<String> = columns.iter().map(|column| identifier(column)).collect();
        let conditions: Vec<String> = (columns.iter())
            .map(|column| format!("{column} IS NOT NULL"))
            .collect();
        self.once_only(name, &columns, &conditions)
    }

    /// A double holds every digit of the numbers in a column (PostgreSQL).
    pub(super) fn exact(&self, column: &str) -> Precondition {
        let text = format!("{}::text", identifier(column));
        self.precondition(
            format!("the type double precision of {column}, which would lose digits"),
            &format!("{text}::numeric <> {text}::double precision::text::numeric"),
        )
    }

    pub(super) fn foreign_key(&self, key: &ForeignKey) -> Precondition {
        let name = self
            .convention
            .foreign_key(self.table, key.columns, key.table);
        let set: Vec<String> = (key.columns.iter())
            .map(|column| format!("child.{} IS NOT NULL", identifier(column)))
            .collect();
        let equal: Vec<String> = (key.columns.iter().zip(key.referred_columns))
            .map(|(own, other)| format!("parent.{} = child.{}", identifier(other), identifier(own)))
            .collect();
        Precondition {
            rule: name,
            count: format!(
                "SELECT count(*) FROM {} AS child WHERE {} AND NOT EXISTS \
                 (SELECT 1 FROM {} AS parent WHERE {})",
                self.source,
                set.join(" AND "),
                identifier(key.table),
                equal.join(" AND "),
            ),
        }
    }

    /// A precondition that rows fulfil unless this condition holds.
    fn precondition(&self, rule: String, violated: &str) -> Precondition {
        let count = format!(
            "SELECT count(*) FROM {} AS changed WHERE {violated}",
            self.source
        );
        Precondition { rule, count }
    }

    /// The rows have a value for what this expression of the column computes.
    fn computed(&self, column: &str, expression: &str) -> Precondition {
        self.precondition(
            self.not_null_name(column),
            &format!("({expression}) IS NULL"),
        )
    }

    fn once_only(&self, rule: String, keys: &[String], conditions: &[String]) -> Precondition {
        let only = match conditions {
            [] => String::new(),
            some => format!(" WHERE {}", some.join(" AND ")),
        };
        let count = format!(
            "SELECT CAST(coalesce(sum(again), 0) AS bigint) FROM \
             (SELECT count(*) AS again FROM {} AS changed{only} \
             GROUP BY {} HAVING count(*) > 1) AS repeated",
            self.source,
            keys.join(", "),
        );
        Precondition { rule, count }
    }

    fn not_null_name(&self, column: &str) -> String {
        self.convention.not_null(self.table, column)
    }
}
