//! What running, recording and backing up migrations share: which way one is run, how it is called,
//! and how it can fail.

mod call;
mod direction;
mod error;

pub(crate) use call::{call, is_transactional};
pub use direction::Direction;
pub(crate) use error::MigrationError;
pub use error::{Cause, irreversible, unwritten};

/// The name that SeaORM gives the table which holds what has been applied.
pub const HISTORY_TABLE: &str = "seaql_migrations";
