//! The formats that graphs come and go in.

use std::{fmt, path::Path, str::FromStr};

use super::{format_error::FormatError, graphml, json::Json, json_ld, model::Graph, node_link};
use crate::source::SourcePosition;

/// The largest text that is read, in bytes.
pub const MAX_TEXT_BYTES: usize = 64 * 1024 * 1024;

/// A format that a graph is read from and written in, with nothing lost on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// JSON-LD 1.1.
    JsonLd,
    /// JSON with lists of nodes and edges, as of NetworkX and d3.
    NodeLink,
    /// GraphML.
    GraphMl,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::JsonLd, Self::NodeLink, Self::GraphMl];

    /// The format that the ending of a file's name means. `.json` is either of two.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "jsonld" => Some(Self::JsonLd),
            "graphml" | "xml" => Some(Self::GraphMl),
            _ => None,
        }
    }

    /// The format that a text seems to have.
    ///
    /// # Errors
    /// The text has the form of none of them.
    pub fn of_text(text: &str) -> Result<Self, FormatError> {
        let text = without_mark(text);
        if text.trim_start().starts_with('<') {
            return Ok(Self::GraphMl);
        }
        let top = Json::top(text)?;
        if top.is_array() {
            return Ok(Self::JsonLd);
        }
        let members = top.members("a graph")?;
        if json_ld::is_likely(&members) {
            Ok(Self::JsonLd)
        } else if node_link::is_likely(&members) {
            Ok(Self::NodeLink)
        } else {
            let problem = "no graph: node-link JSON has `nodes`, JSON-LD has `@graph` or `@id`";
            Err(top.refuse(problem))
        }
    }

    /// Reads a graph from a text.
    ///
    /// # Errors
    /// Where the text is no graph in this format, and why.
    pub fn parse(self, text: &str) -> Result<Graph, FormatError> {
        check_length(text)?;
        let text = without_mark(text);
        match self {
            Self::JsonLd => json_ld::parse(text),
            Self::NodeLink => node_link::parse(text),
            Self::GraphMl => graphml::parse(text),
        }
    }

    /// Writes a graph: equal graphs equally, to the byte.
    #[must_use]
    pub fn render(self, graph: &Graph) -> String {
        match self {
            Self::JsonLd => json_ld::render(graph),
            Self::NodeLink => node_link::render(graph),
            Self::GraphMl => graphml::render(graph),
        }
    }

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::JsonLd => "json-ld",
            Self::NodeLink => "node-link",
            Self::GraphMl => "graphml",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No format is called so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the formats are json-ld, node-link and graphml")]
pub struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        match name {
            "json-ld" | "jsonld" => Ok(Self::JsonLd),
            "node-link" | "json" => Ok(Self::NodeLink),
            "graphml" => Ok(Self::GraphMl),
            _ => Err(UnknownFormat),
        }
    }
}

/// Reads a graph from a file's content, in this format or in the one that it seems to have.
///
/// # Errors
/// Where the content is no graph, and why.
pub fn read(content: &[u8], format: Option<Format>) -> Result<Graph, FormatError> {
    let text = match std::str::from_utf8(content) {
        Ok(text) => text,
        Err(error) => {
            let before = content.get(..error.valid_up_to()).unwrap_or_default();
            let before = String::from_utf8_lossy(before);
            return Err(FormatError {
                place: SourcePosition::of(&before, before.len()),
                reason: "the text is not in UTF-8: save it so".to_owned(),
            });
        }
    };
    check_length(text)?;
    let format = match format {
        Some(format) => format,
        None => Format::of_text(text)?,
    };
    format.parse(text)
}

fn check_length(text: &str) -> Result<(), FormatError> {
    if text.len() > MAX_TEXT_BYTES {
        let reason = format!("the text has more than {MAX_TEXT_BYTES} bytes");
        let place = SourcePosition { line: 1, column: 1 };
        return Err(FormatError { place, reason });
    }
    Ok(())
}

/// A text without the mark that some editors put before it.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
