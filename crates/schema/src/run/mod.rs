//! Runs migrations: each in one transaction, on both engines, exactly once however many processes
//! try at the same time.
//!
//! Every step takes the lock, reads the history, runs one migration and records it, all in the
//! same transaction. A process that dies at any moment, even by `kill -9`, leaves the schema as it
//! was before that migration or as it is after it. The migrations are ordinary ones of
//! sea-orm-migration, and the history is kept in SeaORM's own table, so that an existing project
//! carries on.
//!
//! The history holds, per applied migration, the SQL that it executed on this engine with its
//! checksum. An applied migration whose SQL was edited stops every run; how the SQL, or the Rust
//! around it, is written does not matter. [`repair()`] accepts an edit deliberately.
//!
//! A migration that cannot run in a transaction (`CREATE INDEX CONCURRENTLY`) says so by
//! `use_transaction() -> Some(false)`; on PostgreSQL it then runs outside one, still under the
//! lock. SQLite has no such statements, and always uses a transaction.

mod change;
mod error;
mod event;
mod history;
mod history_table;
mod mark;
mod mark_applied;
mod next;
mod opened;
mod plan;
mod pooler;
mod postgres;
mod repair;
mod retry;
mod runner;
mod script;
mod session;
mod settings;
mod sqlite;
mod status;
mod unusable_indexes;

pub use crate::migration::{Direction, HISTORY_TABLE, irreversible, unwritten};
pub use change::EditedMigration;
pub use error::RunError;
pub use event::{Event, Report, Step};
pub use mark::{Mark, mark};
pub use mark_applied::mark_applied;
pub use repair::{Repair, RepairAction, repair, repairs};
pub(crate) use retry::sql_state;
pub use runner::{down, engine_of, pending, redo, up};
pub use script::{Planned, Span, plan, preview, preview_new, preview_redo, script};
pub use settings::{Goal, Order, Settings};
pub use status::{Applied, State, Status, examine, status};
