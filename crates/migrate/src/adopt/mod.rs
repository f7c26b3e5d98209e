//! An existing database, of whatever origin, becomes the first migration of a list: its schema is
//! read, written as statements, and tried on a scratch database, whose catalog must come out equal.
//! What cannot be made so is named, and left out with all that needs it.

mod alike;
mod baseline;
mod error;
mod left_out;
mod postgres;
mod replay;
mod sqlite;

pub use baseline::{Baseline, baseline};
pub use error::AdoptError;
pub(crate) use left_out::is_of_database;
pub use left_out::{Known, LeftOut};
pub(crate) use replay::replayed;
