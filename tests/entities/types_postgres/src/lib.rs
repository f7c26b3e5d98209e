//! Entities of every type of PostgreSQL.

#[rustfmt::skip]
pub mod all;
