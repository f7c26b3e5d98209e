//! Which commands there are beside those that every program has.

use clap::Subcommand;
use groundwork_cli::Result;

use super::{atlas, files, signals, studio};
use crate::{
    routes::document,
    state::{AppState, Context},
};

/// What `groundwork --help` shows beneath the flags.
pub(crate) const EXAMPLES: &str = "\
Without a command, `groundwork` serves.

Examples:
  groundwork                                        serve on 127.0.0.1:8000 from var/groundwork.db
  groundwork studio import examples/productions/lighthouse
  groundwork --database-url postgres://app@db/studio studio list
  groundwork config                                 which setting has which value, and from where
  groundwork doctor                                 what is wrong, and what to do";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Store productions and look after them; works beside a running server
    #[command(
        subcommand,
        after_help = "\
Examples:
  groundwork studio import examples/productions/lighthouse
  groundwork studio list
  groundwork studio show 0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21
  groundwork studio export 0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21 lighthouse-copy"
    )]
    Studio(studio::Studio),
    /// Follow how articles feel about AI models and tools
    #[command(
        subcommand,
        after_help = "\
Examples:
  groundwork signals import articles.jsonl
  groundwork signals series 'Quillon 2' --period daily --from 2026-02-01 --to 2026-05-31
  groundwork signals compare 'Quillon 2' 'Varrow Large'
  groundwork signals movers --window 7d
  groundwork signals articles 'Quillon 2'
  groundwork signals entities"
    )]
    Signals(signals::Signals),
    /// Import videos and their transcripts, and search what is said in them
    #[command(
        subcommand,
        after_help = "\
Examples:
  groundwork atlas import examples/atlas
  groundwork atlas search 'spring tide'
  groundwork atlas list
  groundwork atlas show tide-2041"
    )]
    Atlas(atlas::Atlas),
    /// Compare the stored files with their rows, and the files root with the database
    #[command(
        subcommand,
        after_help = "\
Examples:
  groundwork files verify
  groundwork files verify --json
  groundwork files adopt"
    )]
    Files(files::Files),
    /// Print the API's description, an OpenAPI 3.1 document
    #[command(after_help = "\
A running server gives the same at /openapi.json, and shows it at /docs. This needs neither a server
nor a database.

Examples:
  groundwork openapi > openapi.json
  groundwork openapi | jq -r '.paths | keys[]'")]
    Openapi,
}

/// Does what the command says.
pub(crate) async fn run(context: Context, command: Command) -> Result {
    let output = context.output;
    if matches!(command, Command::Openapi) {
        return output.text(&document().to_json());
    }
    AppState::with(&context.loaded.config, async |state| match &command {
        Command::Studio(command) => {
            state.files.claim(&state.db).await?;
            studio::run(output, state, command).await
        }
        Command::Signals(command) => signals::run(output, state, command).await,
        Command::Atlas(command) => atlas::run(output, state, command).await,
        Command::Files(command) => files::run(output, state, command).await,
        Command::Openapi => Ok(()),
    })
    .await
}
