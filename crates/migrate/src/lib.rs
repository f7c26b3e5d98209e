//! The command that evolves a schema, and each of its parts: reading a catalog, comparing two,
//! generating entities, linting and verifying migrations, adopting a database that exists. It knows
//! no domain.

pub mod adopt;
pub mod check;
pub mod cli;
mod definition;
pub mod diagram;
pub mod diff;
pub mod entities;
pub mod inspect;
pub mod lint;
pub mod scratch;
pub mod verify;
