//! The commands and flags of `migrate`, as data: what each does is said in its help.

use std::path::PathBuf;

use clap::{Parser, Subcommand, builder::RangedU64ValueParser};

use super::{adopt::Adopt, check::Check, diagram::Diagram, restore::Restore, verify::Verify};
use crate::refresh::Entities;

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
    /// Apply pending migrations, oldest first
    #[command(after_help = "\
Creates the database's file where it is missing (SQLite).

Examples:
  migrate up                     to the newest schema
  migrate up -n 1                the next one only
  migrate up --to create_scenes  until that one is applied")]
    Up {
        /// How many [default: all]
        #[arg(short = 'n', long, value_name = "N", value_parser = at_least_one())]
        steps: Option<u32>,
        /// Stop when this one is applied; its timestamp may be left out
        #[arg(long, value_name = "NAME", conflicts_with = "steps")]
        to: Option<String>,
        /// Keep no backup before a step that loses data (SQLite)
        #[arg(long)]
        no_backup: bool,
    },
    /// Take applied migrations back, newest first
    #[command(after_help = "\
Examples:
  migrate down                     the newest one
  migrate down -n 2                the newest two
  migrate down --to create_scenes  until that one is the newest that is applied
  migrate down --all               back to an empty schema; all rows are lost")]
    Down {
        /// How many [default: 1]
        #[arg(short = 'n', long, value_name = "N", value_parser = at_least_one())]
        steps: Option<u32>,
        /// Stop when this one is the newest; its timestamp may be left out
        #[arg(long, value_name = "NAME", conflicts_with = "steps")]
        to: Option<String>,
        /// All of them
        #[arg(long, conflicts_with_all = ["steps", "to"])]
        all: bool,
        /// Keep no backup before (SQLite)
        #[arg(long)]
        no_backup: bool,
    },
    /// Take the newest migrations back and apply them again
    #[command(after_help = "\
Examples:
  migrate redo       while a migration is being written
  migrate redo -n 2")]
    Redo {
        /// How many
        #[arg(short = 'n', long, value_name = "N", default_value = "1", value_parser = at_least_one())]
        steps: u32,
        /// Keep no backup before (SQLite)
        #[arg(long)]
        no_backup: bool,
    },
    /// Show which migrations are applied and which are pending; changes nothing
    #[command(after_help = "\
Exits with 69 when the database is newer than this program, with 65 when it has applied a migration
that this program has lost.

Examples:
  migrate status
  migrate status --json | jq -r '.[] | select(.state == \"pending\").migration'")]
    Status {
        /// As JSON: migration, state (applied, pending, unknown), applied_at
        #[arg(long)]
        json: bool,
    },
    Adopt(Adopt),
    Check(Check),
    Diagram(Diagram),
    Restore(Restore),
    Entities(Entities),
    Verify(Verify),
    /// Write the file of a new migration, and register it
    #[command(after_help = "\
The name says what it does to what, in snake case. The timestamp is added.

Examples:
  migrate new create_captions
  migrate new add_language_to_captions")]
    New {
        /// Verb and object, such as create_captions
        name: String,
    },
}

fn at_least_one() -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(1..=u64::from(u32::MAX))
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
