//! Proof that every migration can be taken back: on scratch databases, with rows in every table,
//! each goes up, down and up again, and the catalogs and rows before and after are compared.

mod error;
mod finding;
mod rows;
mod trial;

pub use error::VerifyError;
pub use finding::{DESTRUCTIVE_VERBS, Finding, FindingKind};
pub use trial::verify;
