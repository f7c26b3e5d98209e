//! An existing database, of whatever origin, becomes the first migration of a list: its schema is
//! read, written as statements, and tried on a scratch database, whose catalog must come out equal.

mod baseline;
mod error;
mod postgres;

pub use baseline::{Baseline, baseline};
pub use error::AdoptError;
