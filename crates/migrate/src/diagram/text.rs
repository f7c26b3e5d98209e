//! Mermaid and DOT.

use std::fmt::Write as _;

use super::{Relation, marks};
use groundwork_schema::model::Table;

pub(super) fn mermaid(tables: &[&Table], relations: &[Relation<'_>]) -> String {
    let mut text = String::from("erDiagram\n");
    for table in tables {
        writeln!(text, "    {} {{", entity(&table.name)).ok();
        for column in &table.columns {
            // Mermaid knows PK, FK and UK.
            let marks = marks(table, column).join(", ").replace('U', "UK");
            let (kind, name) = (word(&column.kind), word(&column.name));
            let null = if column.nullable { "\"null\"" } else { "" };
            let line = [kind.as_str(), &name, &marks, null];
            let line: Vec<&str> = line.into_iter().filter(|part| !part.is_empty()).collect();
            writeln!(text, "        {}", line.join(" ")).ok();
        }
        text.push_str("    }\n");
    }
    for relation in relations {
        let parent = if relation.is_optional { "|o" } else { "||" };
        let child = if relation.is_unique { "o|" } else { "o{" };
        writeln!(
            text,
            "    {} {parent}--{child} {} : \"{}\"",
            entity(&tables[relation.parent].name),
            entity(&tables[relation.child].name),
            relation.key.columns.join(", ").replace('"', "'")
        )
        .ok();
    }
    text
}

/// A name in quotes may hold anything but quotes.
fn entity(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "'"))
}

/// Mermaid's attributes are single words.
fn word(name: &str) -> String {
    let keep = |c: char| {
        if c.is_alphanumeric() || "_-()[]".contains(c) {
            c
        } else {
            '_'
        }
    };
    let word: String = name.chars().map(keep).collect();
    if word.is_empty() {
        "any".to_owned()
    } else {
        word
    }
}

pub(super) fn dot(tables: &[&Table], relations: &[Relation<'_>], title: &str) -> String {
    let mut text = format!(
        "digraph {} {{\n    rankdir=LR;\n    node [shape=plaintext, fontname=\"monospace\"];\n",
        quoted(title)
    );
    for table in tables {
        let mut rows = format!(
            "<tr><td colspan=\"3\" bgcolor=\"lightgrey\"><b>{}</b></td></tr>",
            escaped(&table.name)
        );
        for (place, column) in table.columns.iter().enumerate() {
            let null = if column.nullable { "?" } else { "" };
            write!(
                rows,
                "<tr><td align=\"left\">{}</td><td align=\"left\" port=\"c{place}\">{}{null}</td>\
                 <td align=\"left\">{}</td></tr>",
                marks(table, column).join(" "),
                escaped(&column.name),
                escaped(&column.kind)
            )
            .ok();
        }
        writeln!(
            text,
            "    {} [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\">{rows}</table>>];",
            quoted(&table.name)
        )
        .ok();
    }
    for relation in relations {
        let (child, parent) = (tables[relation.child], tables[relation.parent]);
        let port = |table: &Table, column: Option<&String>| {
            let place = table
                .columns
                .iter()
                .position(|own| Some(&own.name) == column);
            place.map_or_else(String::new, |place| format!(":c{place}"))
        };
        let tail = if relation.is_unique {
            "teeodot"
        } else {
            "crowodot"
        };
        let head = if relation.is_optional {
            "teeodot"
        } else {
            "teetee"
        };
        writeln!(
            text,
            "    {}{} -> {}{} [dir=both, arrowtail={tail}, arrowhead={head}];",
            quoted(&child.name),
            port(child, relation.key.columns.first()),
            quoted(&parent.name),
            port(parent, relation.key.referred_columns.first()),
        )
        .ok();
    }
    text.push_str("}\n");
    text
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Text for XML and for DOT's labels.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
