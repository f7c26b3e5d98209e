//! A program: the commands that all have, around those of its own.

use clap::Subcommand;
use groundwork_core::config::{Loaded, Namespace, Sections};
use groundwork_naming::Convention;

use crate::{
    doctor::{Report, Subject},
    error::Result,
    output::Output,
};

/// A service with its commands. [`main`](crate::main()) gives it `serve`, `config`, `doctor`, `health` and
/// `completions`; without a command it serves.
pub trait Program {
    /// The commands of its own.
    type Command: Subcommand;
    /// The sections of settings of its own; `()` for none.
    type Settings: Sections;
    /// The name, as it is typed.
    const NAME: &'static str;
    /// The version.
    const VERSION: &'static str;
    /// What it is for, in a sentence.
    const ABOUT: &'static str;
    /// What `--help` shows beneath the flags.
    const EXAMPLES: &'static str = "";
    /// How the constraints of its database are named.
    const CONVENTION: Convention;

    /// The names under which its settings are found: by default its own.
    fn namespace(&self) -> Namespace {
        Namespace::new(Self::NAME)
    }

    /// Serves until a signal.
    fn serve(&self, context: Context<Self::Settings>) -> impl Future<Output = Result>;

    /// Does what a command of its own says.
    fn run(
        &self,
        context: Context<Self::Settings>,
        command: Self::Command,
    ) -> impl Future<Output = Result>;

    /// Adds checks of its own to `doctor`.
    fn check(
        &self,
        _subject: Subject<'_, Self::Settings>,
        _report: &mut Report,
    ) -> impl Future<Output = ()> {
        std::future::ready(())
    }
}

/// What a command works with.
#[derive(Debug)]
pub struct Context<S = ()> {
    /// Where its texts go.
    pub output: Output,
    /// The configuration; `loaded.config.own` are the program's own sections.
    pub loaded: Loaded<S>,
}
