//! A table as it was found in a database, in plain data that reads the same from either engine.

use sea_query::ColumnType;

/// A table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Its name.
    pub(super) name: String,
    /// Its columns, in their order.
    pub(super) columns: Vec<Column>,
    /// The columns of its primary key; none where it has no key.
    pub(super) primary_key: Vec<String>,
    /// The columns of every unique constraint and unique index that covers whole rows.
    pub(super) unique_keys: Vec<Vec<String>>,
    /// Its foreign keys.
    pub(super) foreign_keys: Vec<ForeignKey>,
    /// For columns whose checks list the values they may have: column and values, per check.
    pub(super) value_lists: Vec<(String, Vec<String>)>,
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Its name.
    pub(super) name: String,
    /// Its type.
    pub(super) kind: ColumnType,
    /// Whether it refuses `NULL`.
    pub(super) not_null: bool,
    /// Whether the database numbers it.
    pub(super) auto_increment: bool,
}

/// A foreign key.
#[derive(Clone, Debug)]
pub(super) struct ForeignKey {
    /// Its columns.
    pub(super) columns: Vec<String>,
    /// The table that it refers to.
    pub(super) referred_table: String,
    /// The columns that it refers to, one for each of its own.
    pub(super) referred_columns: Vec<String>,
    /// What happens to the row when the referred one is deleted.
    pub(super) on_delete: Action,
    /// What happens to the row when the referred one's key changes.
    pub(super) on_update: Action,
}

/// What happens to a row when the one that it refers to is deleted or changes its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Cascade,
    Nothing,
    Restrict,
    SetDefault,
    SetNull,
}

impl Action {
    /// What SeaORM's attributes call it; `None` for what happens anyway.
    pub(super) fn attribute(self) -> Option<&'static str> {
        match self {
            Self::Cascade => Some("Cascade"),
            Self::Nothing => None,
            Self::Restrict => Some("Restrict"),
            Self::SetDefault => Some("SetDefault"),
            Self::SetNull => Some("SetNull"),
        }
    }
}

impl Table {
    /// The column of this name.
    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether at most one row can have the same values in these columns (`NULL`s aside).
    pub(super) fn is_unique(&self, columns: &[String]) -> bool {
        let covers = |key: &Vec<String>| {
            key.len() == columns.len() && key.iter().all(|column| columns.contains(column))
        };
        covers(&self.primary_key) || self.unique_keys.iter().any(covers)
    }
}
