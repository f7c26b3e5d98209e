//! The one writer of SQLite, and how units of work share its commits.
//!
//! A commit costs a flush of the disk, whatever it holds, so units that run at the same time share
//! one (*group commit*). The connection is handed from unit to unit, first come, first served; each
//! runs in a savepoint of its own within the transaction of its [`group`], and is taken back alone.
//! A unit that commits is answered when the shared `COMMIT` has returned: at once, if nobody waits
//! for the connection; after those that wait have had their turn, if the group is neither too old
//! nor too large by then.
//!
//! - A [`Connection`](super::connection::Connection) is the connection, with hooks that see transactions end.
//! - [`group`] is the transaction: what opens a unit, what takes it back, who waits for the commit.
//! - [`permit`] is the right to use both; dropping it passes it on.
//! - [`guard`] is a unit's hold on the permit, which ends after a while whatever the unit does.
//!
//! What fails, fails alone, except where SQLite itself rolls the transaction back (a full disk, an
//! I/O error, `INSERT OR ROLLBACK`, a write that is cut off): then nothing of the group is stored,
//! and every unit that waits gets that as its answer.

mod detached;
mod group;
mod guard;
mod permit;
mod queue;
mod statements;
mod watch;

pub(in crate::db) use self::{
    group::NotStored,
    guard::{CommitFailed, WriterGuard},
    permit::WriterPermit,
    queue::Writer,
};
