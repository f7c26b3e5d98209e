//! The commands on knowledge graphs.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use groundwork_cli::Format;
use groundwork_core::services::atlas::graph;

use crate::commands::listing::List;

/// Commands on knowledge graphs.
#[derive(Debug, Subcommand)]
pub(crate) enum Graph {
    /// Import a graph from JSON-LD, node-link JSON (NetworkX, d3) or GraphML
    #[command(after_help = "\
The graph is recognised by its name: its own, or that of the file, or --name. Importing it again
makes the stored one what the file says; what has not changed is not written. A file that is no
graph is reported with its line and the reason, and nothing of it is kept.

Examples:
  groundwork atlas graph import examples/atlas/graphs/tides.jsonld --video tide-2041
  groundwork atlas graph import people.graphml --name people --title 'Who knew whom'
  python3 export.py | groundwork atlas graph import - --name trade --format node-link")]
    Import(GraphImport),
    /// List the graphs, those that were imported last first
    #[command(after_help = "\
Examples:
  groundwork atlas graph list
  groundwork atlas graph list --all --json")]
    List(List),
    /// Show a graph, draw it, or write it in a format
    #[command(after_help = "\
Without a format: what there is to know about it, and the nodes with the most edges. Every format
but --dot and --svg can be imported again, with nothing lost.

Examples:
  groundwork atlas graph show tides
  groundwork atlas graph show tides --svg > tides.svg
  groundwork atlas graph show tides --dot | dot -Tpdf > tides.pdf
  groundwork atlas graph show tides --graphml > tides.graphml")]
    Show {
        #[command(flatten)]
        graph: GraphArgument,
        #[command(flatten)]
        view: GraphView,
    },
    /// List the nodes near a node
    #[command(after_help = "\
Examples:
  groundwork atlas graph neighbours tides moon
  groundwork atlas graph neighbours tides tide --depth 2 --direction both --json")]
    Neighbours {
        #[command(flatten)]
        graph: GraphArgument,
        /// The key of the node
        #[arg(value_name = "NODE")]
        node: String,
        /// How many edges away, 1 to 16
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(graph::MAX_DEPTH)))]
        depth: u32,
        /// Which way edges are followed [default: as they lead]
        #[arg(long, value_name = "WAY")]
        direction: Option<Way>,
        #[command(flatten)]
        format: Format,
    },
    /// Find a shortest path from one node to another
    #[command(after_help = "\
A path is the shorter the fewer edges it has; weights say how strong a relation is, and do not
count. Ends with 1 if no path leads there.

Examples:
  groundwork atlas graph path tides sun predictor
  groundwork atlas graph path tides newton kelvin --direction both --json | jq .hops")]
    Path {
        #[command(flatten)]
        graph: GraphArgument,
        /// The key of the node to start from
        #[arg(value_name = "FROM")]
        from: String,
        /// The key of the node to get to
        #[arg(value_name = "TO")]
        to: String,
        /// The most edges that the path may have, 1 to 10000
        #[arg(long, value_name = "N", default_value_t = graph::MAX_HOPS, value_parser = clap::value_parser!(u32).range(1..=i64::from(graph::MAX_HOPS)))]
        max_hops: u32,
        /// Which way edges are followed [default: as they lead]
        #[arg(long, value_name = "WAY")]
        direction: Option<Way>,
        #[command(flatten)]
        format: Format,
    },
    /// Remove a graph with its nodes and edges
    #[command(after_help = "\
There is no undo: write it to a file first if you want to keep it. The video stays.

Examples:
  groundwork atlas graph remove tides")]
    Remove {
        #[command(flatten)]
        graph: GraphArgument,
        #[command(flatten)]
        format: Format,
    },
}

/// What to import.
#[derive(Args, Debug)]
pub(crate) struct GraphImport {
    /// The file; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The video that it was made from: its id, or what its platform calls it
    #[arg(long, value_name = "ID")]
    pub(crate) video: Option<String>,
    /// What identifies the graph across imports
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// What people call it
    #[arg(long, value_name = "TITLE")]
    pub(crate) title: Option<String>,
    /// The file's format: json-ld, node-link or graphml [default: as its name and content say]
    #[arg(long = "format", value_name = "FORMAT")]
    pub(crate) file_format: Option<graph::Format>,
    #[command(flatten)]
    pub(crate) format: Format,
}

/// Names a graph.
#[derive(Args, Debug)]
pub(crate) struct GraphArgument {
    /// The graph's id or its name
    #[arg(value_name = "ID")]
    pub(crate) graph: String,
}

/// How a graph is shown.
#[derive(Args, Clone, Copy, Debug)]
#[group(multiple = false)]
pub(crate) struct GraphView {
    /// Draw it
    #[arg(long)]
    svg: bool,
    /// Write it for Graphviz
    #[arg(long)]
    dot: bool,
    /// Write it as node-link JSON
    #[arg(long)]
    json: bool,
    /// Write it as GraphML
    #[arg(long)]
    graphml: bool,
    /// Write it as JSON-LD
    #[arg(long)]
    jsonld: bool,
}

impl GraphView {
    /// The view that is asked for; `None` if it is the summary.
    pub(crate) fn view(self) -> Option<graph::View> {
        let flags = [
            (self.svg, graph::View::Svg),
            (self.dot, graph::View::Dot),
            (self.json, graph::View::As(graph::Format::NodeLink)),
            (self.graphml, graph::View::As(graph::Format::GraphMl)),
            (self.jsonld, graph::View::As(graph::Format::JsonLd)),
        ];
        flags
            .into_iter()
            .find_map(|(is_set, view)| is_set.then_some(view))
    }
}

/// Which way edges are followed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Way {
    /// From source to target
    Outgoing,
    /// From target to source
    Incoming,
    /// Either way
    Both,
}

impl From<Way> for graph::Direction {
    fn from(way: Way) -> Self {
        match way {
            Way::Outgoing => Self::Outgoing,
            Way::Incoming => Self::Incoming,
            Way::Both => Self::Both,
        }
    }
}
