//! What every program on Groundwork shares; it knows no domain.
//!
//! A service implements [`Program`]: its name, its commands, how it serves. [`main`] does the rest:
//! the flags that set the configuration, `serve`, `config`, `doctor`, `health` and `completions`,
//! the log, [`Output`], exit codes ([`Exit`]) and the printing of errors ([`CliError`]).
//!
//! ```no_run
//! use groundwork_cli::{Context, Program, Result};
//! use groundwork_naming::Convention;
//!
//! struct Shop;
//!
//! #[derive(clap::Subcommand)]
//! enum Command {
//!     /// Print where the rows are
//!     Where,
//! }
//!
//! impl Program for Shop {
//!     type Command = Command;
//!     type Settings = ();
//!     const NAME: &'static str = "shop";
//!     const VERSION: &'static str = "1.0.0";
//!     const ABOUT: &'static str = "Sells lamps";
//!     const CONVENTION: Convention = CONVENTION;
//!
//!     async fn serve(&self, context: Context) -> Result {
//!         // Here `groundwork_http::{bind, serve, service}` run the routes.
//!         context.output.line("selling lamps")
//!     }
//!
//!     async fn run(&self, context: Context, command: Command) -> Result {
//!         let Command::Where = command;
//!         context.output.line(&context.loaded.config.database.url.redacted())
//!     }
//! }
//!
//! # const CONVENTION: Convention = Convention { primary_key: "", foreign_key: "", unique: "", check: "", index: "", not_null: "" };
//! fn main() -> std::process::ExitCode {
//!     groundwork_cli::main(&Shop)
//! }
//! ```
//!
//! `shop` alone serves; `shop doctor`, `shop config` and the others are there. Checks of its own are
//! added with [`Program::check`], sections of settings of its own with [`Program::Settings`].

mod args;
mod completions;
mod config;
mod dispatch;
pub mod doctor;
mod error;
mod error_report;
mod exit;
mod health;
mod interruption;
mod output;
mod program;
mod settings;
pub mod text;

pub use self::{
    args::command,
    dispatch::main,
    error::{CliError, Result},
    exit::Exit,
    interruption::unless_interrupted,
    output::{Format, Output, Stream, Style},
    program::{Context, Program},
    settings::{SettingsFlags, files},
};
