//! The forms of a picture.

use groundwork_schema::model::{Schema, Table};

use super::{dot::dot, mermaid::mermaid, relation::relations, svg};

/// The form of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// A picture of its own, light or dark as its viewer likes.
    #[default]
    Svg,
    /// An `erDiagram` (<https://mermaid.js.org/syntax/entityRelationshipDiagram.html>).
    Mermaid,
    /// A graph for Graphviz (<https://graphviz.org/doc/info/lang.html>).
    Dot,
}

/// Draws a schema.
#[must_use]
pub(crate) fn render(schema: &Schema, title: &str, format: Format) -> String {
    let tables: Vec<&Table> = schema.tables.values().collect();
    let relations = relations(&tables);
    match format {
        Format::Svg => svg::render(&tables, &relations, title),
        Format::Mermaid => mermaid(&tables, &relations),
        Format::Dot => dot(&tables, &relations, title),
    }
}
