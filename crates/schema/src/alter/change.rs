//! A change as data, and the parts of its SQL that both engines share.

use groundwork_naming::Convention;

use crate::{
    model,
    sql::{create_index, identifier},
    table::{Check, Column, ForeignKey, Index, Kind, Unique},
};

/// One change of a table.
#[derive(Clone, Copy, Debug)]
pub(super) enum TableChange {
    AddColumn {
        column: Column,
        default: Option<&'static str>,
    },
    /// Fills existing rows; keeps no default.
    AddFilled {
        column: Column,
        value: &'static str,
    },
    DropColumn {
        column: &'static str,
    },
    RenameColumn {
        from: &'static str,
        to: &'static str,
    },
    Type {
        column: &'static str,
        kind: Kind,
        value: Option<&'static str>,
    },
    Require {
        column: &'static str,
        fill: Option<&'static str>,
    },
    Optional {
        column: &'static str,
    },
    Default {
        column: &'static str,
        default: Option<&'static str>,
    },
    AddForeignKey(ForeignKey),
    DropForeignKey {
        columns: &'static [&'static str],
        referred_table: &'static str,
    },
    AddCheck(Check),
    DropCheck {
        rule: &'static str,
    },
    AddUnique(Unique),
    DropUnique(Unique),
    PrimaryKey {
        columns: &'static [&'static str],
    },
    AddIndex(Index),
    DropIndex {
        columns: &'static [&'static str],
    },
}

/// What all changes of one table share.
pub(super) struct Context<'a> {
    pub(super) table: &'a str,
    pub(super) convention: &'a Convention,
}

impl Context<'_> {
    /// `ALTER TABLE "t" `, to be continued.
    pub(super) fn alter(&self, rest: &str) -> String {
        format!("ALTER TABLE {} {rest}", identifier(self.table))
    }

    /// The statement that both engines have for a change, if they do.
    pub(super) fn shared_statement(&self, change: &TableChange) -> Option<String> {
        Some(match change {
            TableChange::RenameColumn { from, to } => {
                let (from, to) = (identifier(from), identifier(to));
                self.alter(&format!("RENAME COLUMN {from} TO {to}"))
            }
            TableChange::AddIndex(index) => {
                create_index(self.table, &index.model(self.table, self.convention))
            }
            TableChange::DropIndex { columns } => {
                let name = self.convention.index(self.table, columns);
                format!("DROP INDEX {}", identifier(&name))
            }
            TableChange::AddUnique(unique) if unique.only_where.is_some() => {
                create_index(self.table, &unique.index(self.table, self.convention))
            }
            TableChange::DropUnique(unique) if unique.only_where.is_some() => {
                let name = self.convention.unique(self.table, unique.columns);
                format!("DROP INDEX {}", identifier(&name))
            }
            _ => return None,
        })
    }
}

/// A column of this type with its default. Rows that exist are never numbered.
pub(super) fn model(column: &Column, kind: &str, default: Option<&str>) -> model::Column {
    model::Column {
        default: default.map(self::default),
        ..column.unnumbered(kind)
    }
}

/// A default as both engines take it: anything but a literal is in parentheses.
pub(super) fn default(sql: &str) -> String {
    if is_literal(sql.trim()) {
        sql.trim().to_owned()
    } else {
        format!("({sql})")
    }
}

/// Whether this is a single literal.
pub(super) fn is_literal(sql: &str) -> bool {
    const WORDS: [&str; 6] = [
        "NULL",
        "TRUE",
        "FALSE",
        "CURRENT_TIMESTAMP",
        "CURRENT_DATE",
        "CURRENT_TIME",
    ];
    let text = (sql.strip_prefix('\'')).and_then(|rest| rest.strip_suffix('\''));
    let is_number = |sql: &str| {
        sql.starts_with(|c: char| c.is_ascii_digit() || c == '-') && sql.parse::<f64>().is_ok()
    };
    text.is_some_and(|inner| !inner.replace("''", "").contains('\''))
        || is_number(sql)
        || WORDS.iter().any(|word| sql.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_literals_are_without_parentheses() {
        for literal in [
            "'draft'",
            "'it''s'",
            "''",
            "1",
            "-1.5",
            "NULL",
            "current_timestamp",
        ] {
            assert_eq!(default(literal), literal);
        }
        for expression in ["'a' || 'b'", "1 + 1", "lower('A')", "infinity"] {
            assert_eq!(default(expression), format!("({expression})"));
        }
    }
}
