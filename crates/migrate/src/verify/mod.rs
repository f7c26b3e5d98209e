//! Proof that every migration can be taken back: on scratch databases, with rows in every table,
//! each goes up, down and up again, and the catalogs and rows before and after are compared.
//!
//! Rows that are made up may break a rule that a person's rows fulfil. Where a step fails with rows,
//! the migration is tried without, on a fresh database. The walk goes on from a fresh database, too.

mod base;
mod compare;
mod content;
mod error;
mod fill;
mod finding;
mod rows;
mod trial;

pub(crate) use content::{Content, content};
pub use error::{RowsError, VerifyError};
pub(crate) use fill::Filler;
pub(crate) use finding::declares_loss;
pub use finding::{DESTRUCTIVE_VERBS, Finding, FindingKind};
pub(crate) use trial::explain;
pub use trial::verify;
