//! The command `completions`.

use clap::Command;
use clap_complete::Shell;

use crate::{error::Result, output::Output};

/// Prints the completions of a shell.
pub(crate) fn run(output: Output, shell: Shell, mut command: Command, name: &str) -> Result {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    output.text(&String::from_utf8_lossy(&script))
}
