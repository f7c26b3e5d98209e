//! Entities of every type of SQLite.

#[rustfmt::skip]
pub mod all;
