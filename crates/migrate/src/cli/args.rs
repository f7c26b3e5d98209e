//! The commands and flags of `migrate`, as data; the help of each says what it does.

use clap::{Parser, Subcommand};
use groundwork_cli::{Result, SettingsFlags};

use super::{
    adopt::Adopt,
    change::{Down, Redo, Up},
    check::Check,
    context::Context,
    diagram::Diagram,
    diff::Diff,
    lint::Lint,
    mark::Mark,
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
    mut_arg("files_root", |files_root| files_root.hide(true)),
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "\
Each migration is one transaction, on SQLite and on PostgreSQL; of several processes that migrate
the same database at once, one does the work and the others wait.

Examples:
  migrate status
  migrate up
  migrate --database-url postgres://app@db/studio up
  migrate new add_mood --from-entities"
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) flags: SettingsFlags,
    #[command(subcommand)]
    pub(super) command: Command,
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
    Mark(Mark),
    Adopt(Adopt),
    Check(Check),
    Diff(Diff),
    Diagram(Diagram),
    Restore(Restore),
    Entities(Entities),
    Verify(Verify),
    Lint(Lint),
    New(Box<New>),
}

impl Command {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        match self {
            Self::Up(up) => up.change().run(context).await,
            Self::Down(down) => down.change().run(context).await,
            Self::Redo(redo) => redo.change().run(context).await,
            Self::Status(status) => status.run(context).await,
            Self::Plan(plan) => plan.run(context).await,
            Self::Repair(repair) => repair.run(context).await,
            Self::Mark(mark) => mark.run(context).await,
            Self::Adopt(adopt) => adopt.run(context).await,
            Self::Check(check) => check.run(context).await,
            Self::Diff(diff) => diff.run(context).await,
            Self::Diagram(diagram) => diagram.run(context).await,
            Self::Restore(restore) => restore.run(context).await,
            Self::Entities(entities) => super::entities::run(entities, context).await,
            Self::Verify(verify) => verify.run(context).await,
            Self::Lint(lint) => lint.run(context).await,
            Self::New(new) => new.run(context).await,
        }
    }
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
