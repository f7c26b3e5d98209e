//! PostgreSQL: the pools, a unit's transaction, and rows in bulk.

mod copy;
mod pool;
mod transaction;

pub use self::copy::CopyRows;
pub(super) use self::{
    pool::{Attempts, Pools, begin, begin_snapshot, open, open_for_migration},
    transaction::Transaction,
};
