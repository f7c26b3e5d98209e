//! The entities of the odd schema.

#[rustfmt::skip]
pub mod library;
#[rustfmt::skip]
pub mod people;
