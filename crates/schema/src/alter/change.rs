//! A change as data, and the parts of its SQL that both engines share.

use groundwork_naming::{Convention, Engine};

use super::Named;
use crate::{
    sql::{create_index, identifier, plain_identifier},
    table::{Check, Column, ForeignKey, Index, Kind, Partition, Triggers, Unique},
};

/// One change of a table.
#[derive(Clone, Copy, Debug)]
pub(super) enum TableChange {
    AddColumn {
        column: Column,
    },
    /// Fills existing rows.
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
    RenameTable {
        to: &'static str,
        named: &'static [Named],
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
        before: Before,
    },
    /// Of a column, or of the table itself.
    Comment {
        column: Option<&'static str>,
        text: Option<&'static str>,
        before: Option<&'static str>,
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
    /// Says what there was.
    DropIndexOf(Index),
    AddTriggers(Triggers<'static>),
    DropTriggers(Triggers<'static>),
    AddPartition(Partition),
    DropPartition(Partition),
}

/// What a column's default was before a change.
#[derive(Clone, Copy, Debug)]
pub(super) enum Before {
    /// The call does not say.
    Unknown,
    /// This expression, or none.
    Was(Option<&'static str>),
}

/// What all changes of one table share.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) table: &'a str,
    pub(super) convention: &'a Convention,
    pub(super) engine: Engine,
}

impl Context<'_> {
    /// `ALTER TABLE "t" `, to be continued.
    pub(super) fn alter(&self, rest: &str) -> String {
        format!("ALTER TABLE {} {rest}", identifier(self.table))
    }

    /// The statement that both engines have for a change, if they do.
    pub(super) fn shared_statement(&self, change: &TableChange) -> Option<String> {
        let drop = |name: String| format!("DROP INDEX {}", identifier(&name));
        Some(match change {
            TableChange::RenameColumn { from, to } => {
                // SQLite writes the new name into views and triggers as it is written here. In
                // quotes it would be a text there once the column is gone.
                let (from, to) = (plain_identifier(from), plain_identifier(to));
                self.alter(&format!("RENAME COLUMN {from} TO {to}"))
            }
            TableChange::RenameTable { to, .. } => {
                self.alter(&format!("RENAME TO {}", plain_identifier(to)))
            }
            TableChange::AddIndex(index) => {
                let index = index.model(self.table, self.convention, self.engine);
                create_index(self.table, &index)
            }
            TableChange::DropIndex { columns } => drop(self.convention.index(self.table, columns)),
            TableChange::DropIndexOf(index) => {
                drop(self.convention.index(self.table, &index.words()))
            }
            TableChange::AddUnique(unique) if unique.is_index(self.engine) => {
                let index = unique.index(self.table, self.convention, self.engine);
                create_index(self.table, &index)
            }
            TableChange::DropUnique(unique) if unique.is_index(self.engine) => {
                drop(unique.name(self.table, self.convention))
            }
            _ => return None,
        })
    }
}
