//! Names of constraints, computed from a declared convention instead of typed by hand, so that a
//! name can be told from the columns and the columns from a violation; and the [`Engine`] that a
//! name has to fit.
//!
//! The convention itself is data that belongs to the owner of the migrations; this crate only fills
//! its templates in.

mod convention;
mod engine;

pub use convention::Convention;
pub use engine::{Capabilities, Engine, UnknownEngine};

/// The longest identifier that PostgreSQL keeps whole, in bytes (`NAMEDATALEN - 1`). It silently
/// cuts longer ones; [`Convention`] never gives it one.
pub const MAX_NAME_BYTES: usize = 63;
