//! The commands and flags of `groundwork`, as data: what each does is said in its help, and done
//! in [`crate::commands`] and [`crate::serve`].

mod atlas;
mod atlas_graph;
mod signals;

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use self::atlas::{Atlas, AtlasSearch, TextFormat, VideoArgument, VideoList};
pub(crate) use self::atlas_graph::{Graph, GraphArgument, GraphImport, GraphList, GraphView, Way};
pub(crate) use self::signals::{
    AddEntity, Articles, Compare, Entities, EntitiesCommand, Import, Movers, Range, Rollup, Series,
    Signals,
};

/// The backend of a media studio: one program, on SQLite or PostgreSQL.
#[derive(Debug, Parser)]
#[command(
    name = "groundwork",
    version,
    max_term_width = 100,
    after_help = "\
Without a command, `groundwork` serves.

Examples:
  groundwork                                        serve on 127.0.0.1:8000 from var/groundwork.db
  groundwork studio import examples/productions/lighthouse
  groundwork --database-url postgres://app@db/studio studio list
  groundwork config                                 which setting has which value, and from where
  groundwork doctor                                 what is wrong, and what to do"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) settings: Settings,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Flags that every command takes; each wins over the environment and the configuration files.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct Settings {
    /// Folder of the configuration files [default: config]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) config_dir: Option<PathBuf>,
    /// Which {environment}.yaml is laid over default.yaml, such as production
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// The database: sqlite://path/to/file.db or postgres://user@host/name
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// Folder that holds the stored files
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) files_root: Option<String>,
    /// Any setting by its key, such as http.request_timeout_s=60; may be repeated
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = assignment)]
    pub(crate) set: Vec<(String, String)>,
    /// Tell more on stderr (-v: debug, -vv: trace)
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the HTTP API until SIGTERM or Ctrl-C
    #[command(after_help = "\
Examples:
  groundwork serve
  groundwork serve --bind 127.0.0.1:9000
  groundwork --environment production serve")]
    Serve(Serve),
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
    Studio(Studio),
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
    Signals(Signals),
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
    Atlas(Atlas),
    /// Print every setting with its effective value and where it comes from
    #[command(after_help = "\
Secrets and the passwords in URLs are hidden.

Examples:
  groundwork config
  groundwork --environment production config
  GROUNDWORK_HTTP__BIND=127.0.0.1:9000 groundwork config --json
  groundwork config --defaults > config/default.yaml
  groundwork config --schema > config/schema.json")]
    Config(ConfigFlags),
    /// Check configuration, database and files, and say what to do
    #[command(after_help = "\
Exits with 0 when nothing failed, with 1 otherwise. Changes nothing that is stored.

Examples:
  groundwork doctor
  groundwork doctor --json | jq '.checks[] | select(.outcome != \"ok\")'")]
    Doctor(Format),
    /// Print the completions of a shell
    #[command(after_help = "\
Examples:
  groundwork completions bash > ~/.local/share/bash-completion/completions/groundwork
  groundwork completions zsh > ~/.zfunc/_groundwork
  groundwork completions fish > ~/.config/fish/completions/groundwork.fish")]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// How to serve.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Serve {
    /// Address and port to listen on, such as 127.0.0.1:8000; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) bind: Option<SocketAddr>,
}

/// What is printed about the configuration.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct ConfigFlags {
    #[command(flatten)]
    pub(crate) format: Format,
    /// Print every key with its default and its meaning, as a YAML file
    #[arg(long, conflicts_with = "json")]
    pub(crate) defaults: bool,
    /// Print the JSON Schema of the YAML files, for editors
    #[arg(long, conflicts_with_all = ["json", "defaults"])]
    pub(crate) schema: bool,
}

/// How data is printed.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Format {
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

/// Commands on productions.
#[derive(Debug, Subcommand)]
pub(crate) enum Studio {
    /// Store a production: a folder with a storyboard.json, its keyframes, clips and output
    #[command(after_help = "\
All of the production is stored or nothing of it. Importing the same production again stores
nothing and says which project holds it.

Examples:
  groundwork studio import examples/productions/lighthouse
  groundwork studio import ./lighthouse --json | jq -r .project.id")]
    Import {
        /// The production's folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        #[command(flatten)]
        format: Format,
    },
    /// List the projects, newest first
    #[command(after_help = "\
Examples:
  groundwork studio list
  groundwork studio list --all --json
  groundwork studio list --limit 20 --after 0199b2c47f1e7a308a551c9d3c1f7b21")]
    List(List),
    /// Show a project with its scenes, keyframes, clips and files
    #[command(after_help = "\
Examples:
  groundwork studio show 0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21
  groundwork studio show 0199b2c4 --json")]
    Show {
        #[command(flatten)]
        project: ProjectArgument,
        #[command(flatten)]
        format: Format,
    },
    /// Write a project to a new folder, in the form that `import` reads
    #[command(after_help = "\
The folder must not exist yet, or be empty. A production that was imported and not changed since is
written byte for byte as it was.

Examples:
  groundwork studio export 0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21 ./lighthouse-copy")]
    Export {
        #[command(flatten)]
        project: ProjectArgument,
        /// The folder to write
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        #[command(flatten)]
        format: Format,
    },
    /// Remove a project with all that belongs to it, files included
    #[command(after_help = "\
There is no undo: export first what you want to keep.

Examples:
  groundwork studio remove 0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21")]
    Remove {
        #[command(flatten)]
        project: ProjectArgument,
        #[command(flatten)]
        format: Format,
    },
    /// Start a run of the pipeline, watch it, cancel it, take it up again
    #[command(
        subcommand,
        after_help = "\
Examples:
  groundwork studio run start 0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21
  groundwork studio run status 0199b2c5-0c5e-7d11-b1a4-5a2f1b0c9e77"
    )]
    Run(Run),
}

/// Which part of the list.
#[derive(Args, Debug)]
pub(crate) struct List {
    /// The most to list, 1 to 200
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=200))]
    pub(crate) limit: u64,
    /// List what comes after this cursor, which the page before printed
    #[arg(long, value_name = "CURSOR")]
    pub(crate) after: Option<String>,
    /// List everything, page after page
    #[arg(long, conflicts_with = "limit")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) format: Format,
}

/// Names a project.
#[derive(Args, Debug)]
pub(crate) struct ProjectArgument {
    /// The project's id, or the first digits of it that no other project has
    #[arg(value_name = "ID")]
    pub(crate) project: String,
}

/// Commands on runs of the pipeline.
#[derive(Debug, Subcommand)]
pub(crate) enum Run {
    /// Start a run of a project
    #[command(after_help = "\
Examples:
  groundwork studio run start 0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21")]
    Start {
        #[command(flatten)]
        project: ProjectArgument,
        #[command(flatten)]
        format: Format,
    },
    /// Show a run and its steps
    #[command(after_help = "\
Examples:
  groundwork studio run status 0199b2c5-0c5e-7d11-b1a4-5a2f1b0c9e77
  groundwork studio run status 0199b2c5-0c5e-7d11-b1a4-5a2f1b0c9e77 --json | jq .status")]
    Status(RunArgument),
    /// Cancel a run; steps that are done stay done
    #[command(after_help = "\
Examples:
  groundwork studio run cancel 0199b2c5-0c5e-7d11-b1a4-5a2f1b0c9e77")]
    Cancel(RunArgument),
    /// Take up a failed or cancelled run where it stopped
    #[command(after_help = "\
Examples:
  groundwork studio run resume 0199b2c5-0c5e-7d11-b1a4-5a2f1b0c9e77")]
    Resume(RunArgument),
}

/// Names a run.
#[derive(Args, Debug)]
pub(crate) struct RunArgument {
    /// The run's id
    #[arg(value_name = "ID")]
    pub(crate) run: String,
    #[command(flatten)]
    pub(crate) format: Format,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE, such as http.request_timeout_s=60".to_owned()),
    }
}

#[cfg(test)]
mod tests;
