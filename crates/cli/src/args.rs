//! The commands and flags that every program has, around those of its own.

use std::net::SocketAddr;

use clap::{Args, Command, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::{
    config::ConfigFlags, health::HealthFlags, output::Format, program::Program,
    settings::SettingsFlags,
};

/// The command line of a program with the commands `Own`.
#[derive(Parser)]
#[command(max_term_width = 100)]
pub(crate) struct Arguments<Own: Subcommand> {
    #[command(flatten)]
    pub(crate) settings: SettingsFlags,
    #[command(subcommand)]
    pub(crate) command: Option<Commands<Own>>,
}

#[derive(Subcommand)]
pub(crate) enum Commands<Own: Subcommand> {
    /// Serve the HTTP API until SIGTERM or Ctrl-C
    #[command(after_help = "\
Examples:
  {program} serve
  {program} serve --bind 127.0.0.1:9000
  {program} --environment production serve")]
    Serve(ServeFlags),
    #[command(flatten)]
    Own(Own),
    /// Print every setting with its effective value and where it comes from
    #[command(after_help = "\
Secrets and the passwords in URLs are hidden.

Examples:
  {program} config
  {program} --environment production config
  {PREFIX}_HTTP__BIND=127.0.0.1:9000 {program} config --json
  {program} config --defaults > config/default.yaml
  {program} config --schema > config/schema.json")]
    Config(ConfigFlags),
    /// Check configuration, database and files, and say what to do
    #[command(after_help = "\
Exits with 0 when nothing failed, with 1 otherwise. Changes nothing that is stored.

Examples:
  {program} doctor
  {program} doctor --json | jq '.checks[] | select(.outcome != \"ok\")'")]
    Doctor(Format),
    /// Ask a running server whether it is ready
    #[command(after_help = "\
Exits with 0 when it is ready, with 1 otherwise: for the health check of a container.

Examples:
  {program} health
  {program} health --url http://127.0.0.1:9000
  {program} health --json | jq .checks.database")]
    Health(HealthFlags),
    /// Print the completions of a shell
    #[command(after_help = "\
Examples:
  {program} completions bash > ~/.local/share/bash-completion/completions/{program}
  {program} completions zsh > ~/.zfunc/_{program}
  {program} completions fish > ~/.config/fish/completions/{program}.fish")]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// How to serve.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ServeFlags {
    /// Address and port to listen on, such as 127.0.0.1:8000; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) bind: Option<SocketAddr>,
}

/// The commands whose help names the program.
const SHARED: [&str; 5] = ["serve", "config", "doctor", "health", "completions"];

/// The command line of a program.
pub fn command<P: Program>() -> Command {
    let command = Arguments::<P::Command>::command()
        .name(P::NAME)
        .bin_name(P::NAME)
        .version(P::VERSION)
        .about(P::ABOUT)
        .after_help(P::EXAMPLES);
    SHARED.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |shared| {
            let help = shared.get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            let prefix = P::NAME.to_uppercase().replace('-', "_");
            shared.after_help(
                help.replace("{program}", P::NAME)
                    .replace("{PREFIX}", &prefix),
            )
        })
    })
}
