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
///
/// ```
/// use groundwork_cli::{Context, Program, Result, command, doctor::{Report, Subject}};
/// use groundwork_naming::Convention;
/// # const CONVENTION: Convention = Convention {
/// #     primary_key: "pk_{table}", foreign_key: "fk_{table}_{columns}_{referred_table}",
/// #     unique: "uq_{table}_{columns}", check: "ck_{table}_{rule}",
/// #     index: "ix_{table}_{columns}", not_null: "nn_{table}_{columns}",
/// # };
///
/// struct Shop;
///
/// #[derive(clap::Subcommand)]
/// enum Command {
///     /// Print how many books there are
///     Count,
/// }
///
/// impl Program for Shop {
///     type Command = Command;
///     type Settings = ();
///     const NAME: &'static str = "shop";
///     const VERSION: &'static str = "1.0.0";
///     const ABOUT: &'static str = "Sells books";
///     const CONVENTION: Convention = CONVENTION;
///
///     async fn serve(&self, context: Context) -> Result {
///         context.output.line("selling books")
///     }
///
///     async fn run(&self, context: Context, command: Command) -> Result {
///         match command {
///             Command::Count => context.output.line("0"),
///         }
///     }
///
///     async fn check(&self, _: Subject<'_>, report: &mut Report) {
///         report.part("shelves").ok("books", "all there");
///     }
/// }
///
/// // `fn main() -> ExitCode` calls `groundwork_cli::main(&Shop)`.
/// let command = command::<Shop>();
/// for name in ["serve", "count", "config", "doctor", "health", "completions"] {
///     assert!(command.find_subcommand(name).is_some());
/// }
/// ```
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
