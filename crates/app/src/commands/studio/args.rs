//! The commands on productions and runs, with their flags.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use groundwork_cli::Format;

use crate::commands::listing::List;

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
