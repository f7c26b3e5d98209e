//! The schema of an SQLite database.

mod catalog;
mod reading;
mod unparsed;

pub(super) use reading::schema;
