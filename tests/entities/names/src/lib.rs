//! Entities of names that are no Rust.

#[rustfmt::skip]
pub mod club;
#[rustfmt::skip]
pub mod words;
