//! Verified copies of an SQLite database, kept beside it before a step that loses data, and the way
//! back to one.
//!
//! A copy is made by `VACUUM INTO` while the step holds the write lock, so that it is exactly what
//! the step begins with. It belongs to this user only (0600), is on disk with its folder before the
//! step begins, and was read back: `integrity_check`, and as many rows in every table. The newest
//! few are kept. A database without rows needs no copy. PostgreSQL's are its server's business.
//!
//! The name says what it is: `groundwork.db.20260102T030405678Z.up.m2026…_drop_mood.backup`.

mod copies;
mod error;
mod keep;
mod policy;
mod restore;

pub use copies::{Backup, KEPT, list};
pub use error::BackupError;
pub use keep::keep;
pub(crate) use policy::BackupPolicy;
pub use policy::Kept;
pub use restore::{Restored, restore};
