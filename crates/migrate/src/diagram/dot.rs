//! DOT, the language of Graphviz.

use std::fmt::Write as _;

use groundwork_draw::{Escaped, Quoted};
use groundwork_schema::model::Table;

use super::{
    relation::{Relation, marks},
    types::shown,
};

pub(super) fn dot(tables: &[&Table], relations: &[Relation<'_>], title: &str) -> String {
    let mut text = format!(
        "digraph {} {{\n    rankdir=LR;\n    node [shape=plaintext, fontname=\"monospace\"];\n",
        Quoted(title)
    );
    for table in tables {
        let mut rows = format!(
            "<tr><td colspan=\"3\" bgcolor=\"lightgrey\"><b>{}</b></td></tr>",
            Escaped(&table.name)
        );
        for (place, column) in table.columns.iter().enumerate() {
            let null = if column.nullable { "?" } else { "" };
            write!(
                rows,
                "<tr><td align=\"left\">{}</td><td align=\"left\" port=\"c{place}\">{}{null}</td>\
                 <td align=\"left\">{}</td></tr>",
                marks(table, column).join(" "),
                Escaped(&column.name),
                Escaped(&shown(&column.kind))
            )
            .ok();
        }
        writeln!(
            text,
            "    {} [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\">{rows}</table>>];",
            Quoted(&table.name)
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
            Quoted(&child.name),
            port(child, relation.key.columns.first()),
            Quoted(&parent.name),
            port(parent, relation.key.referred_columns.first()),
        )
        .ok();
    }
    text.push_str("}\n");
    text
}
