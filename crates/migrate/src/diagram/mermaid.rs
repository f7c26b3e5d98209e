//! Mermaid.

use std::fmt::Write as _;

use groundwork_schema::model::Table;

use super::{
    relation::{Relation, marks},
    types::shown,
};

pub(super) fn mermaid(tables: &[&Table], relations: &[Relation<'_>]) -> String {
    let mut text = String::from("erDiagram\n");
    for table in tables {
        writeln!(text, "    {} {{", entity(&table.name)).ok();
        for column in &table.columns {
            // Mermaid knows PK, FK and UK.
            let marks = marks(table, column).join(", ").replace('U', "UK");
            let (kind, name) = (word(&shown(&column.kind)), word(&column.name));
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
