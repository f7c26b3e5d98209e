//! SQLite: one file, one writer, and readers beside it.

mod checkpoint;
mod close;
mod connection;
mod explain;
mod foreign_keys;
mod open;
mod opened_file;
mod pooled_connection;
mod readers;
mod reserve;
mod server_lock;
mod snapshot;
mod wal_monitor;
mod writer;

pub use self::server_lock::{Holder, ServerLock};
pub(super) use self::{
    close::close,
    explain::violation,
    foreign_keys::find_broken,
    open::{Pools, open, open_for_migration, path, unopened},
    opened_file::Replaced,
    readers::Readers,
    reserve::Reserve,
    snapshot::Snapshot,
    writer::{CommitFailed, NotStored, Writer, WriterGuard, WriterPermit},
};
