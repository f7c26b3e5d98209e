//! Names of constraints, computed from a declared convention instead of typed by hand, so that a
//! name can be told from the columns and the columns from a violation; and the [`Engine`] that a
//! name has to fit.
//!
//! The convention itself is data that belongs to the owner of the migrations; this crate only fills
//! its templates in.
//!
//! ```
//! use groundwork_naming::{Convention, Engine};
//!
//! const CONVENTION: Convention = Convention {
//!     primary_key: "pk_{table}",
//!     foreign_key: "fk_{table}_{columns}_{referred_table}",
//!     unique: "uq_{table}_{columns}",
//!     check: "ck_{table}_{rule}",
//!     index: "ix_{table}_{columns}",
//!     not_null: "nn_{table}_{columns}",
//! };
//!
//! // Who creates a constraint and who finds it violated compute the same name.
//! assert_eq!(CONVENTION.unique("books", &["isbn"]), "uq_books_isbn");
//!
//! // Code asks what an engine can do, not which one it is.
//! let locking = Engine::ALL.map(|engine| engine.capabilities().locks_rows);
//! assert_eq!(locking, [false, true]);
//! ```

mod convention;
mod engine;

pub use convention::Convention;
pub use engine::{Capabilities, Engine, UnknownEngine};

/// The longest identifier that PostgreSQL keeps whole, in bytes (`NAMEDATALEN - 1`). It silently
/// cuts longer ones; [`Convention`] never gives it one.
pub const MAX_NAME_BYTES: usize = 63;
