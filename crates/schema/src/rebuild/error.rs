//! Why a table was not changed.

use sea_orm::DbErr;

/// Why a change was refused. Nothing of it was done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RebuildError {
    /// The catalog's text cannot be taken apart.
    #[error(
        "the definition of a table cannot be read: {why}; write this migration in SQL. It is: {sql}"
    )]
    Unreadable {
        /// The text.
        sql: String,
        /// What is not understood in it.
        why: String,
    },
    /// What a change is about does not exist.
    #[error("the table {table} has no {what}")]
    Missing {
        /// The table.
        table: String,
        /// What it lacks.
        what: String,
    },
    /// What a change would add exists.
    #[error("the table {table} has {what} already")]
    Exists {
        /// The table.
        table: String,
        /// What it has.
        what: String,
    },
    /// There is no such table.
    #[error("there is no table {table}")]
    NoTable {
        /// Its name.
        table: String,
    },
    /// Rows of the table do not fulfil what the change demands.
    #[error("{rows} {} of {table} violate{} {rule}", noun(*rows), verb(*rows))]
    Violated {
        /// The table.
        table: String,
        /// The name of the constraint, and what it demands where that is not plain.
        rule: String,
        /// How many rows.
        rows: i64,
    },
    /// A view or a trigger would not work any more.
    #[error("{object} would not work any more: {why}; drop it before, and create it anew after")]
    Broken {
        /// Which one.
        object: String,
        /// What SQLite says.
        why: String,
    },
    /// Something else uses a column that is to be dropped.
    #[error("a column of {table} cannot be dropped: {by} uses it; drop or change that before")]
    Used {
        /// The table.
        table: String,
        /// What uses the column.
        by: String,
    },
    /// The default of a column is no value of its new type.
    #[error(
        "the default {default} of {column} of {table} is no {kind}; change it before, or drop it"
    )]
    Default {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its default.
        default: String,
        /// The new type.
        kind: String,
    },
    /// A rebuild lost or doubled rows, which must never happen.
    #[error("the table {table} had {before} rows before, and {after} after its change")]
    RowsDiffer {
        /// The table.
        table: String,
        /// Rows before.
        before: i64,
        /// Rows after.
        after: i64,
    },
    /// Rows of other tables would refer to nothing.
    #[error("{rows} {} of {child} would refer to nothing in {parent}", noun(*rows))]
    Orphans {
        /// The referring table.
        child: String,
        /// The table referred to.
        parent: String,
        /// How many rows more than before.
        rows: i64,
    },
    /// The connection upholds foreign keys, so that a rebuild would delete the rows of others.
    #[error(
        "a table of SQLite is rebuilt only while foreign keys are off; run migrations through groundwork_schema::run"
    )]
    ForeignKeysOn,
    /// The database refused a statement.
    #[error("{source}")]
    Database {
        /// What it said.
        #[from]
        source: DbErr,
    },
}

impl From<RebuildError> for DbErr {
    fn from(error: RebuildError) -> Self {
        match error {
            RebuildError::Database { source } => source,
            error => Self::Migration(error.to_string()),
        }
    }
}

fn noun(rows: i64) -> &'static str {
    if rows == 1 { "row" } else { "rows" }
}

fn verb(rows: i64) -> &'static str {
    if rows == 1 { "s" } else { "" }
}
