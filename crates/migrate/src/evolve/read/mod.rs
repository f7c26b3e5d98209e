//! The files of entities, read by their syntax: they need not compile.

mod attributes;
mod files;
mod lists;
mod structs;
mod types;

pub use files::Fault;
pub(crate) use files::entities;
