//! The rebuild of a table of SQLite, which can add, rename and drop plain columns and nothing else:
//! a new table takes the rows and then the place of the old one
//! (<https://www.sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes>).
//!
//! This module also does what those steps leave to the reader:
//!
//! - Foreign keys must be off, else dropping the old table deletes the rows that refer to it. The
//!   runner sees to that; a connection that upholds them is refused.
//! - `legacy_alter_table` is on meanwhile, so that the references of views, triggers and other
//!   tables stay as they are written while the old table is gone and the new one is renamed.
//! - The new table has no triggers while it is filled, and dropping the old one fires none. The
//!   texts of its indexes and triggers are run again afterwards. Those of other tables, and views,
//!   are not touched.
//! - The rowid is carried over wherever a statement can name it, and so is the number that
//!   `AUTOINCREMENT` has reached. Generated columns are computed anew, and so are the planner's
//!   statistics of a table that has some: they go with the old table.
//! - Before and after, the rows of *all* tables are counted, `foreign_key_check` is asked, and
//!   every view and trigger is compiled; whatever was well before and is not afterwards is an
//!   error, and the transaction around it is rolled back.

mod catalog;
mod clause;
mod definition;
mod error;
mod health;
mod quoted;
mod replace;
mod token;

pub(crate) use catalog::{
    GUARD, Object, definition as read_definition, guarding, indexes, number, row_counts,
    stored_columns,
};
pub(crate) use definition::Definition;
pub(crate) use error::RebuildError;
pub(crate) use health::Health;
pub(crate) use quoted::QuotedNames;
pub(crate) use replace::Rebuild;
pub(crate) use token::{index_mentions, renamed_index};
