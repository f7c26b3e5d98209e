//! The current schema of a PostgreSQL database, in one query for each kind of object.

mod catalog;
mod reading;

pub(super) use reading::schema;
