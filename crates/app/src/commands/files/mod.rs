//! `groundwork files`: what looks after the stored files.

mod adopt;
mod verify;

use clap::Subcommand;
use groundwork_cli::{Format, Output, Result};

use crate::state::AppState;

/// Commands on the stored files.
#[derive(Debug, Subcommand)]
pub(crate) enum Files {
    /// Read every stored file and compare it with its row
    #[command(after_help = "\
A file that is damaged or missing is reported with its key and its row, and the exit code is 1. It is
left where it is, and is not served any more until it is whole again: bring it back from a backup of
files.root and run this once more. It may run beside a server.

Examples:
  groundwork files verify
  groundwork files verify --sizes
  groundwork files verify --json | jq -r '.damaged[].key'")]
    Verify {
        /// Compare only the lengths, and read no file
        #[arg(long)]
        sizes: bool,
        #[command(flatten)]
        format: Format,
    },
    /// Make files.root the root of this database, whatever it was before
    #[command(after_help = "\
A root of files knows its database: a server refuses a root that belongs to another one, since it would
remove files that it has no rows for. Take a root over when you know that it holds the files of this
database, or that what it holds is not needed. The database that it belonged to is refused from then on.

Examples:
  groundwork files adopt
  groundwork --set files.root=/srv/media files adopt")]
    Adopt {
        #[command(flatten)]
        format: Format,
    },
}

/// Does what the command says.
pub(crate) async fn run(output: Output, state: &AppState, command: &Files) -> Result {
    match command {
        Files::Verify { sizes, format } => {
            state.files.claim(&state.db).await?;
            verify::run(output, state, *sizes, *format).await
        }
        Files::Adopt { format } => adopt::run(output, state, *format).await,
    }
}
