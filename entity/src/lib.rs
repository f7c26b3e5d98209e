//! SeaORM models generated from the schema: a module per domain.
//!
//! Everything in the folders of the domains is written by `cargo migrate entities`, from the
//! migrations and the type map `entities.toml`; `cargo migrate entities --check` proves that it is
//! current. Code by hand, such as an `impl` for a model, lives in files beside the folders.

// Generated text is the same on every machine, whatever version of rustfmt it has.
#[rustfmt::skip]
pub mod atlas;
#[rustfmt::skip]
pub mod files;
#[rustfmt::skip]
pub mod signals;
#[rustfmt::skip]
pub mod studio;
