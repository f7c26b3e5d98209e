//! The commands on signals.

use std::path::PathBuf;

use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use groundwork_cli::Format;
use groundwork_core::services::signals::{EntityCategory, Period};

use crate::commands::listing::List;

/// Commands on signals.
#[derive(Debug, Subcommand)]
pub(crate) enum Signals {
    /// Store articles from a file of JSON lines, and bring the time series up to date
    #[command(after_help = "\
Each line is an object: external_id, url, title, published_at (RFC 3339), entities (names, or objects
with name, score and category), and, if known, source_name, content and sentiment_score (-1 to 1),
which counts for every entity without a score. An article is known by its external_id and by its url:
what is stored already stays, what differs is changed. Lines are stored some thousands at a time;
after an interruption, run the same command again.

Exits with 65 if a line was not stored; each such line is reported with its number and the reason.

Examples:
  groundwork signals import articles.jsonl
  zcat articles.jsonl.gz | groundwork signals import - --category tool
  groundwork signals import articles.jsonl --strict --json | jq .inserted")]
    Import(Import),
    /// Bring the time series up to date with the articles
    #[command(after_help = "\
An import does this by itself. Only what has changed since the last time is computed.

Examples:
  groundwork signals rollup
  groundwork signals rollup --since 2026-05-01")]
    Rollup(Rollup),
    /// Show how articles feel about an entity over time
    #[command(after_help = "\
A day that ends the range is part of it. Without --to the series ends with its newest point, without
--from it begins 90 days before its end (7 days if it is hourly). Days and hours are those of UTC.

Examples:
  groundwork signals series 'Quillon 2'
  groundwork signals series 'Quillon 2' --from 2026-02-01 --to 2026-05-31 --fill --csv > series.csv
  groundwork signals series 'Quillon 2' --period hourly --from 2026-05-01T06:00:00Z --json
  groundwork signals series 'Quillon 2' --svg quillon.svg")]
    Series(Series),
    /// Show several entities over the same time
    #[command(after_help = "\
Examples:
  groundwork signals compare 'Quillon 2' 'Varrow Large' Ostler
  groundwork signals compare 'Quillon 2' 'Varrow Large' --from 2026-02-01 --csv")]
    Compare(Compare),
    /// Show whose sentiment moved most from one window of time to the next
    #[command(after_help = "\
Only entities that articles of both windows mention are compared. A window of whole days is made of
days in UTC, another of hours.

Examples:
  groundwork signals movers
  groundwork signals movers --window 36h --limit 5
  groundwork signals movers --window 2w --at 2026-05-31 --json")]
    Movers(Movers),
    /// List articles, newest first: all, or those that mention an entity
    #[command(after_help = "\
Examples:
  groundwork signals articles
  groundwork signals articles 'Quillon 2' --limit 10
  groundwork signals articles 'Quillon 2' --all --json")]
    Articles(Articles),
    /// List the tracked entities, or track another one
    #[command(
        args_conflicts_with_subcommands = true,
        after_help = "\
Examples:
  groundwork signals entities
  groundwork signals entities --category tool --json
  groundwork signals entities add 'Quillon 3' --category model"
    )]
    Entities(Entities),
}

/// Which articles to store, and how.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The file, or - for the standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Store nothing if a line cannot be stored
    #[arg(long)]
    pub(crate) strict: bool,
    /// The category of entities that are not tracked yet, where a line does not give it
    #[arg(long, default_value = "model", value_parser = category())]
    pub(crate) category: EntityCategory,
    #[command(flatten)]
    pub(crate) format: Format,
}

/// The part of the time series to compute.
#[derive(Args, Debug)]
pub(crate) struct Rollup {
    /// Compute everything anew from this day (in UTC) on, changed or not
    #[arg(long, value_name = "MOMENT")]
    pub(crate) since: Option<String>,
    #[command(flatten)]
    pub(crate) format: Format,
}

/// A part of a series.
#[derive(Args, Debug)]
pub(crate) struct Range {
    /// By hours or by days
    #[arg(long, default_value = "daily", value_parser = period())]
    pub(crate) period: Period,
    /// Where it begins: a day or an instant, such as 2026-05-01 or 2026-05-01T06:00:00Z
    #[arg(long, value_name = "MOMENT")]
    pub(crate) from: Option<String>,
    /// Where it ends: a day, which is part of it, or an instant
    #[arg(long, value_name = "MOMENT")]
    pub(crate) to: Option<String>,
    /// Show hours or days without articles too
    #[arg(long)]
    pub(crate) fill: bool,
}

/// A series of an entity.
#[derive(Args, Debug)]
pub(crate) struct Series {
    /// The entity's name, or its id
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) range: Range,
    #[command(flatten)]
    pub(crate) format: Format,
    /// Print comma-separated values (RFC 4180) instead of a table
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// Draw a chart (SVG) into this file, or to stdout if it is -
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "csv"])]
    pub(crate) svg: Option<PathBuf>,
}

/// Several entities.
#[derive(Args, Debug)]
pub(crate) struct Compare {
    /// The entities' names, or their ids
    #[arg(value_name = "NAME", required = true)]
    pub(crate) names: Vec<String>,
    #[command(flatten)]
    pub(crate) range: Range,
    #[command(flatten)]
    pub(crate) format: Format,
    /// Print the means as comma-separated values (RFC 4180), a column for each entity
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}

/// Whose sentiment moved.
#[derive(Args, Debug)]
pub(crate) struct Movers {
    /// How long each of the two windows is, such as 36h, 7d or 2w
    #[arg(long, default_value = "7d")]
    pub(crate) window: String,
    /// Where the later window ends: a day, which is part of it, or an instant [default: with the
    /// newest point]
    #[arg(long, value_name = "MOMENT")]
    pub(crate) at: Option<String>,
    /// The most entities to show, 1 to 200
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=200))]
    pub(crate) limit: u64,
    #[command(flatten)]
    pub(crate) format: Format,
}

/// Articles.
#[derive(Args, Debug)]
pub(crate) struct Articles {
    /// Only those that mention this entity: its name, or its id
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) list: List,
}

/// The tracked entities.
#[derive(Args, Debug)]
pub(crate) struct Entities {
    #[command(subcommand)]
    pub(crate) command: Option<EntitiesCommand>,
    /// Only those of this category
    #[arg(long, value_parser = category())]
    pub(crate) category: Option<EntityCategory>,
    #[command(flatten)]
    pub(crate) list: List,
}

/// What to do with the tracked entities.
#[derive(Debug, Subcommand)]
pub(crate) enum EntitiesCommand {
    /// Track another entity
    #[command(after_help = "\
Examples:
  groundwork signals entities add 'Quillon 3' --category model")]
    Add(AddEntity),
}

/// An entity to be tracked.
#[derive(Args, Debug)]
pub(crate) struct AddEntity {
    /// What articles call it
    pub(crate) name: String,
    /// What it is
    #[arg(long, value_parser = category())]
    pub(crate) category: EntityCategory,
    #[command(flatten)]
    pub(crate) format: Format,
}

fn period() -> impl TypedValueParser<Value = Period> {
    PossibleValuesParser::new(Period::VALUES).try_map(|text| text.parse::<Period>())
}

fn category() -> impl TypedValueParser<Value = EntityCategory> {
    PossibleValuesParser::new(EntityCategory::VALUES).try_map(|text| text.parse::<EntityCategory>())
}
