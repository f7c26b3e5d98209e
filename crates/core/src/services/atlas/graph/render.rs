//! The forms that a graph is shown in: each format that it is read from, and two more.

use super::{
    dot,
    format::Format,
    model::Graph,
    svg::{self, TooLargeToDraw},
};

/// A form that a graph is shown in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// A format that can be read again.
    As(Format),
    /// Graphviz's language.
    Dot,
    /// A drawing.
    Svg,
}

impl View {
    /// Writes a graph.
    ///
    /// # Errors
    /// [`TooLargeToDraw`], for a drawing.
    pub fn render(self, graph: &Graph) -> Result<String, TooLargeToDraw> {
        match self {
            Self::As(format) => Ok(format.render(graph)),
            Self::Dot => Ok(dot::render(graph)),
            Self::Svg => svg::render(graph),
        }
    }

    /// What HTTP calls it.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::As(Format::JsonLd) => "application/ld+json",
            Self::As(Format::NodeLink) => "application/json",
            Self::As(Format::GraphMl) => "application/graphml+xml",
            Self::Dot => "text/vnd.graphviz; charset=utf-8",
            Self::Svg => "image/svg+xml",
        }
    }

    /// The view that belongs to the ending of a file's name.
    #[must_use]
    pub fn of_ending(ending: &str) -> Option<Self> {
        Some(match ending {
            "jsonld" => Self::As(Format::JsonLd),
            "json" => Self::As(Format::NodeLink),
            "graphml" => Self::As(Format::GraphMl),
            "dot" | "gv" => Self::Dot,
            "svg" => Self::Svg,
            _ => return None,
        })
    }
}
