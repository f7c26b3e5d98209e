//! A PostgreSQL database, in one query for each kind of object.

mod catalog;
pub mod census;
mod pieces;
mod reading;

pub(crate) use pieces::{Dependency, Key, Piece, dependencies, pieces};
pub(super) use reading::schema;
