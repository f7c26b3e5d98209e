//! The command `migrate`, whole, for a `main.rs` of a few lines: it is given the migrations and
//! does the rest, with the flags and the configuration that every program has
//! ([`groundwork_cli`]).
//!
//! ```no_run
//! use std::process::ExitCode;
//! use groundwork_migrate::cli::{self, App, Namespace};
//! # use groundwork_naming::Convention;
//! # const CONVENTION: Convention = Convention { primary_key: "", foreign_key: "", unique: "", check: "", index: "", not_null: "" };
//! # fn migrations() -> Vec<Box<dyn sea_orm_migration::MigrationTrait>> { Vec::new() }
//!
//! fn main() -> ExitCode {
//!     let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
//!     let namespace = Namespace::new("shop");
//!     cli::run(&App::new(namespace, migrations(), CONVENTION, sources, "shop 1.0.0"))
//! }
//! ```
//!
//! Data goes to stdout, everything else to stderr. Exit codes are those of
//! [`Exit`](groundwork_cli::Exit).

mod adopt;
mod app;
mod args;
mod change;
mod check;
mod context;
mod diagram;
mod diff;
mod entities;
mod lint;
mod mark;
mod new;
mod plan;
mod repair;
mod restore;
mod run;
mod scratch_flag;
mod status;
mod verify;

pub use self::{app::App, new::NewError, run::run};
pub use groundwork_core::config::Namespace;
