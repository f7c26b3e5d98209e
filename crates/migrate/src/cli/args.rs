//! The commands and flags of `migrate`, as data: what each does is said in its help.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::{
    adopt::Adopt,
    change::{Down, Redo, Up},
    check::Check,
    diagram::Diagram,
    lint::Lint,
    new::New,
    plan::Plan,
    repair::Repair,
    restore::Restore,
    status::Status,
    verify::Verify,
};
use crate::entities::Entities;

/// Evolves the schema of the database.
#[derive(Debug, Parser)]
#[command(
    name = "migrate",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "\
Each migration is one transaction, on SQLite and on PostgreSQL; of several processes that migrate
the same database at once, one does the work and the others wait.

Examples:
  migrate status
  migrate up
  migrate --database-url postgres://app@db/studio up
  migrate new create_captions"
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) flags: Flags,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Flags that every command takes; each wins over the environment and the configuration files.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Configuration")]
pub struct Flags {
    /// Folder of the configuration files [default: config]
    #[arg(long, global = true, value_name = "DIR")]
    pub config_dir: Option<PathBuf>,
    /// Which {environment}.yaml is laid over default.yaml, such as production
    #[arg(long, global = true, value_name = "NAME")]
    pub environment: Option<String>,
    /// The database: sqlite://path/to/file.db or postgres://user@host/name
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Tell on stderr what is done in detail (-v: debug, -vv: trace)
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Up(Up),
    Down(Down),
    Redo(Redo),
    Status(Status),
    Plan(Plan),
    Repair(Repair),
    Adopt(Adopt),
    Check(Check),
    Diagram(Diagram),
    Restore(Restore),
    Entities(Entities),
    Verify(Verify),
    Lint(Lint),
    New(New),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_help_of_every_command_is_as_recorded() {
        let mut command = Args::command().term_width(100);
        command.build();
        insta::assert_snapshot!("help", command.render_long_help());
        for command in command.get_subcommands_mut() {
            let name = format!("help_{}", command.get_name());
            if name != "help_help" {
                insta::assert_snapshot!(name, command.render_long_help());
            }
        }
    }
}
