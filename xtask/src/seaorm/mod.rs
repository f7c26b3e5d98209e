//! `cargo xtask seaorm`: SeaORM's own tests, over the connection of Groundwork.

mod exceptions;
mod run;
mod sources;

pub(crate) use self::run::{EXAMPLES, run};
