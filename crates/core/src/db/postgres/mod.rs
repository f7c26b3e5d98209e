//! PostgreSQL: the pools, a unit's transaction, and rows in bulk.

mod attempts;
mod copy;
mod lag;
mod open;
mod pool;
mod pooled_connection;
mod reads;
mod refused;
mod replica;
mod scarcity;
mod scope;
mod server;
mod slot;
mod transaction;

pub(super) use self::{
    attempts::begin,
    open::{Pools, open, open_for_migration},
    pool::Pool,
    reads::Reads,
    transaction::Transaction,
};
pub use self::{
    copy::CopyRows,
    replica::{ReplicaReport, ReplicaState},
    scarcity::Limits,
};
