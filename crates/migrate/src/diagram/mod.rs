//! Pictures of a schema: SVG that needs neither browser nor network, Mermaid, and DOT. The same
//! schema gives the same bytes.

mod layout;
mod svg;
mod text;

use groundwork_schema::model::{Column, ForeignKey, IndexedBy, Schema, Table};

/// The form of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
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
pub fn render(schema: &Schema, title: &str, format: Format) -> String {
    let tables: Vec<&Table> = schema.tables.values().collect();
    let relations = relations(&tables);
    match format {
        Format::Svg => svg::render(&tables, &relations, title),
        Format::Mermaid => text::mermaid(&tables, &relations),
        Format::Dot => text::dot(&tables, &relations, title),
    }
}

/// A foreign key, as a line between two tables.
#[derive(Clone, Debug)]
struct Relation<'a> {
    /// The places of the tables in the list.
    child: usize,
    parent: usize,
    key: &'a ForeignKey,
    /// A parent has one child at most.
    is_unique: bool,
    /// A child may have no parent.
    is_optional: bool,
}

fn relations<'a>(tables: &[&'a Table]) -> Vec<Relation<'a>> {
    let mut all = Vec::new();
    for (child, table) in tables.iter().enumerate() {
        for key in &table.foreign_keys {
            let parent = tables.iter().position(|other| other.name == key.table);
            let is_optional = table
                .columns
                .iter()
                .any(|column| column.nullable && key.columns.contains(&column.name));
            all.extend(parent.map(|parent| Relation {
                child,
                parent,
                key,
                is_unique: is_unique(table, &key.columns),
                is_optional,
            }));
        }
    }
    all
}

/// Whether no two rows have the same values in these columns.
fn is_unique(table: &Table, columns: &[String]) -> bool {
    let within = |key: &[String]| key.iter().all(|column| columns.contains(column));
    let index = |keys: &[groundwork_schema::model::IndexKey]| {
        keys.iter().all(|key| match &key.of {
            IndexedBy::Column(column) => columns.contains(column),
            IndexedBy::Expression(_) => false,
        })
    };
    table.primary_key.iter().any(|key| within(&key.columns))
        || table.uniques.iter().any(|unique| within(&unique.columns))
        || (table.indexes.iter())
            .any(|own| own.unique && own.predicate.is_none() && index(&own.keys))
}

/// What a column is part of: `PK`, `FK`, `U`, in this order.
fn marks(table: &Table, column: &Column) -> Vec<&'static str> {
    let has = |columns: &[String]| columns.contains(&column.name);
    let mut marks = Vec::new();
    if table.primary_key.iter().any(|key| has(&key.columns)) {
        marks.push("PK");
    }
    if table.foreign_keys.iter().any(|key| has(&key.columns)) {
        marks.push("FK");
    }
    if table.uniques.iter().any(|unique| has(&unique.columns)) {
        marks.push("U");
    }
    marks
}

#[cfg(test)]
mod tests;
