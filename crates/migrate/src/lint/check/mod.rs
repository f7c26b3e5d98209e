//! Checks statements, one after the other, against what those before them have made.

mod checker;
mod diagnostic;
mod postgres;
mod scope;
mod sqlite;
mod table;

pub(super) use checker::Checker;
pub(super) use diagnostic::Diagnostic;
pub(super) use scope::Origin;
