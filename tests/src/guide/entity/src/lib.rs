//! Models of the tables, by domain: written by `cargo migrate entities`.

#[rustfmt::skip]
pub mod shop;
