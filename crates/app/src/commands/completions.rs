//! `groundwork completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{
    cli::Cli,
    output::{Output, OutputError},
};

/// Prints the completions of a shell.
pub(crate) fn run(output: Output, shell: Shell) -> Result<(), OutputError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "groundwork", &mut script);
    output.text(&String::from_utf8_lossy(&script))
}
