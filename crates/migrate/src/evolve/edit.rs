//! An edit of entities, in words of the schema.

use std::fmt;

use serde::Serialize;

use super::model::Key;

/// What a person changed in the entities; `Display` shows it in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the fields say it")]
pub enum Edit {
    /// A file with a new table.
    CreateTable { table: String, columns: Vec<String> },
    /// A file is gone.
    DropTable { table: String },
    /// The model names another table.
    RenameTable { table: String, to: String },
    /// A field with a new column.
    AddColumn {
        table: String,
        column: String,
        holds: String,
        required: bool,
    },
    /// A field is gone.
    DropColumn { table: String, column: String },
    /// A field has another name.
    RenameColumn {
        table: String,
        column: String,
        to: String,
    },
    /// A field has another type.
    ChangeType {
        table: String,
        column: String,
        before: String,
        after: String,
    },
    /// A field is no `Option` any more.
    SetRequired { table: String, column: String },
    /// A field is an `Option` now.
    SetOptional { table: String, column: String },
    /// Values that may exist once only.
    AddUnique { table: String, columns: Vec<String> },
    /// Values that may exist more than once again.
    DropUnique { table: String, columns: Vec<String> },
    /// Other fields are the primary key.
    ChangePrimaryKey {
        table: String,
        before: Vec<String>,
        after: Vec<String>,
    },
    /// A relation with its foreign key.
    AddForeignKey {
        table: String,
        #[serde(flatten)]
        key: Key,
    },
    /// A relation is gone.
    DropForeignKey {
        table: String,
        #[serde(flatten)]
        key: Key,
    },
    /// An enum has other variants, or a field is of another enum. Empty: any text.
    ChangeValues {
        table: String,
        column: String,
        before: Vec<String>,
        after: Vec<String>,
    },
}

impl Edit {
    /// The table that is changed.
    #[must_use]
    pub fn table(&self) -> &str {
        match self {
            Self::CreateTable { table, .. }
            | Self::DropTable { table }
            | Self::RenameTable { table, .. }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::ChangeType { table, .. }
            | Self::SetRequired { table, .. }
            | Self::SetOptional { table, .. }
            | Self::AddUnique { table, .. }
            | Self::DropUnique { table, .. }
            | Self::ChangePrimaryKey { table, .. }
            | Self::AddForeignKey { table, .. }
            | Self::DropForeignKey { table, .. }
            | Self::ChangeValues { table, .. } => table,
        }
    }
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTable { table, columns } => {
                write!(f, "create table {table} ({})", columns.join(", "))
            }
            Self::DropTable { table } => write!(f, "drop table {table}"),
            Self::RenameTable { table, to } => write!(f, "rename table {table} to {to}"),
            Self::AddColumn {
                table,
                column,
                holds,
                required,
            } => {
                let presence = if *required { "required" } else { "optional" };
                write!(f, "add column {table}.{column} ({holds}, {presence})")
            }
            Self::DropColumn { table, column } => write!(f, "drop column {table}.{column}"),
            Self::RenameColumn { table, column, to } => {
                write!(f, "rename column {table}.{column} to {to}")
            }
            Self::ChangeType {
                table,
                column,
                before,
                after,
            } => write!(
                f,
                "change the type of {table}.{column} from {before} to {after}"
            ),
            Self::SetRequired { table, column } => write!(f, "require {table}.{column}"),
            Self::SetOptional { table, column } => write!(f, "make {table}.{column} optional"),
            Self::AddUnique { table, columns } => {
                write!(f, "make {table} ({}) unique", columns.join(", "))
            }
            Self::DropUnique { table, columns } => {
                write!(f, "let {table} ({}) repeat", columns.join(", "))
            }
            Self::ChangePrimaryKey {
                table,
                before,
                after,
            } => write!(
                f,
                "change the primary key of {table} from ({}) to ({})",
                before.join(", "),
                after.join(", ")
            ),
            Self::AddForeignKey { table, key } => {
                write!(
                    f,
                    "add the foreign key {table} ({}) to {} ({})",
                    key.columns.join(", "),
                    key.table,
                    key.referred.join(", ")
                )?;
                let actions = [("delete", &key.on_delete), ("update", &key.on_update)];
                for (event, action) in actions {
                    if let Some(action) = action {
                        write!(f, ", on {event} {action}")?;
                    }
                }
                Ok(())
            }
            Self::DropForeignKey { table, key } => write!(
                f,
                "drop the foreign key {table} ({}) to {}",
                key.columns.join(", "),
                key.table
            ),
            Self::ChangeValues {
                table,
                column,
                before,
                after,
            } => write!(
                f,
                "change the values of {table}.{column} from {} to {}",
                listed(before),
                listed(after)
            ),
        }
    }
}

fn listed(values: &[String]) -> String {
    match values {
        [] => "any text".to_owned(),
        values => {
            let quoted: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
            quoted.join(", ")
        }
    }
}
