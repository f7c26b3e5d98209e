//! What a migration would execute, without the database that it is for.
//!
//! A migration is code, so what it does is known only by running it. For PostgreSQL it runs on a
//! connection that answers every statement with success and refuses every query, since there is no
//! answer to give. For SQLite all migrations before it run too, in a replica in memory, so that the
//! catalog can be read and a table be rebuilt; its tables are empty.

mod driver;
mod recorder;
mod recording;
mod replica;
#[cfg(test)]
mod tests;

pub use crate::migration::Cause;
pub(crate) use recorder::alone;
pub use recorder::{down, rendered, up};
pub use recording::{Outcome, Recording};
