//! The schema of an SQLite database.

mod catalog;
mod reading;
mod simplified;
mod statements;
mod unparsed;

pub(super) use reading::schema;
pub(crate) use statements::{SqliteStatement, statements};
