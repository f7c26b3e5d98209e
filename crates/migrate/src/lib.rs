//! The command that evolves a schema, and each of its parts: reading a catalog, comparing two,
//! generating entities, linting and verifying migrations, adopting a database that exists. It knows
//! no domain.
//!
//! A service brings its migrations and its convention, and gets the whole command:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use groundwork_migrate::cli::{self, App, Namespace};
//! use groundwork_naming::Convention;
//! use sea_orm_migration::MigrationTrait;
//!
//! # const CONVENTION: Convention = Convention {
//! #     primary_key: "pk_{table}",
//! #     foreign_key: "fk_{table}_{columns}_{referred_table}",
//! #     unique: "uq_{table}_{columns}",
//! #     check: "ck_{table}_{rule}",
//! #     index: "ix_{table}_{columns}",
//! #     not_null: "nn_{table}_{columns}",
//! # };
//! fn migrations() -> Vec<Box<dyn MigrationTrait>> {
//!     vec![/* Box::new(m20260101_000000_create_books::Migration), … */]
//! }
//!
//! fn main() -> ExitCode {
//!     let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
//!     let namespace = Namespace::new("shop");
//!     cli::run(&App::new(namespace, migrations(), CONVENTION, sources, "shop 1.0.0"))
//! }
//! ```
//!
//! The namespace is that of the service, whose database it works on. `docs/migrate.md` is the
//! reference of the command.

pub mod adopt;
pub mod check;
pub mod cli;
mod definition;
mod diagram;
pub mod diff;
pub mod entities;
pub mod evolve;
pub mod inspect;
mod lint;
pub mod scratch;
mod scratch_schema;
pub mod verify;
