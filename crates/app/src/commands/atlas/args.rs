//! The commands on videos and transcripts, with their flags.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use groundwork_cli::Format;

use super::{argument::VideoArgument, graph::Graph};
use crate::commands::listing::List;

/// Commands on videos and what is said in them.
#[derive(Debug, Subcommand)]
pub(crate) enum Atlas {
    /// Import videos with their transcripts: what yt-dlp has written, or a video.json
    #[command(after_help = "\
A video is a NAME.info.json of yt-dlp with its captions beside it (NAME.en.vtt, NAME.de.srt,
NAME.en-orig.vtt), or a video.json that holds or names its transcripts. Folders are searched to
their depth. What was imported before is brought up to date, and what has not changed is not
written. A file or a cue that cannot be read is reported with its line and the reason, and so is a
file beside a video that is not read (NAME.en.json3, NAME.en.ass). It keeps nothing else from being
imported, and makes the command end with 65.

Examples:
  groundwork atlas import examples/atlas
  groundwork atlas import talks --strict
  groundwork atlas import talks/*.info.json --json | jq .transcripts.added")]
    Import {
        /// Files and folders
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
        /// Import no captions in which a cue cannot be read, instead of leaving the cue out
        #[arg(long)]
        strict: bool,
        #[command(flatten)]
        format: Format,
    },
    /// Search what is said, the best hits first
    #[command(after_help = "\
All words must be there; case and accents do not matter.
  sea level         both words, anywhere in what is said at a moment
  \"sea level\"       the words next to each other
  glac*             a word that begins so
  -tide             not this word; -\"high tide\" and -tid* work too

Quote the query, so that the shell leaves its signs alone; write -- before one that begins with -.

Examples:
  groundwork atlas search 'lighthouse -fog'
  groundwork atlas search '\"spring tide\"' --language en
  groundwork atlas search 'glac*' --channel 'Coast Notes' --json | jq -r '.items[].link'")]
    Search(AtlasSearch),
    /// Import knowledge graphs, draw them, and find ways through them
    #[command(
        subcommand,
        after_help = "\
Examples:
  groundwork atlas graph import examples/atlas/graphs/tides.jsonld
  groundwork atlas graph show tides --svg > tides.svg
  groundwork atlas graph path tides sun predictor"
    )]
    Graph(Graph),
    /// List the videos, those that were imported last first
    #[command(after_help = "\
Examples:
  groundwork atlas list
  groundwork atlas list --channel 'Coast Notes' --all --json")]
    List(VideoList),
    /// Show a video and its transcripts, or what one of them says
    #[command(after_help = "\
Examples:
  groundwork atlas show tide-2041
  groundwork atlas show tide-2041 --transcript en
  groundwork atlas show tide-2041 --transcript de --as srt > tide.de.srt")]
    Show {
        #[command(flatten)]
        video: VideoArgument,
        /// Print the transcript in this language; if there are several, the one a person wrote
        #[arg(long, value_name = "LANGUAGE")]
        transcript: Option<String>,
        /// How the transcript is written [default: txt]
        #[arg(
            long = "as",
            value_name = "FORM",
            requires = "transcript",
            conflicts_with = "json"
        )]
        text: Option<TextFormat>,
        #[command(flatten)]
        format: Format,
    },
}

/// What to look for.
#[derive(Args, Debug)]
pub(crate) struct AtlasSearch {
    /// The words
    #[arg(value_name = "WORDS", required = true)]
    pub(crate) words: Vec<String>,
    /// Only transcripts in this language, such as en or pt-BR
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) language: Option<String>,
    /// Only videos of this channel, by its exact name
    #[arg(long, value_name = "NAME")]
    pub(crate) channel: Option<String>,
    /// The most hits, 1 to 200
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=200))]
    pub(crate) limit: u64,
    #[command(flatten)]
    pub(crate) format: Format,
}

/// Which part of the list.
#[derive(Args, Debug)]
pub(crate) struct VideoList {
    /// Only videos of this channel, by its exact name
    #[arg(long, value_name = "NAME")]
    pub(crate) channel: Option<String>,
    #[command(flatten)]
    pub(crate) list: List,
}

/// A form of a transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextFormat {
    /// What is said, a line for each segment
    Txt,
    /// WebVTT
    Vtt,
    /// SubRip
    Srt,
}
