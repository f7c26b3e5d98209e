//! The text of a `CREATE TABLE` as SQLite keeps it, taken apart so far that columns and
//! constraints can be changed one by one. What is not changed stays as it was written, to the
//! byte, comments included.

mod column;
mod split;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use table::Definition;
