//! The picture itself.

use std::fmt::Write as _;

use super::{
    Relation,
    layout::{self, HEADER, LANE, Layout, MARGIN, MARKS, PADDING, Place, ROW, row_of},
    marks,
    text::escaped,
};
use groundwork_schema::model::Table;

const STYLE: &str = "\
svg { color-scheme: light dark; --paper: #fbfaf7; --box: #ffffff; --head: #25405c; --onhead: #ffffff;
  --ink: #1d2530; --faint: #6b7684; --line: #8a97a6; --rule: #dfe3e8; --key: #b4581a; }
@media (prefers-color-scheme: dark) { svg { --paper: #14181d; --box: #1c2229; --head: #35587d;
  --onhead: #f2f5f8; --ink: #dde4ec; --faint: #8d99a7; --line: #6c7a8a; --rule: #2d353f; --key: #e8975a; } }
text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: var(--ink); }
.title { font: 600 16px system-ui, sans-serif; }
.name { font-weight: 600; font-size: 13px; fill: var(--onhead); }
.kind { fill: var(--faint); } .key { fill: var(--key); font-size: 10px; font-weight: 600; }
.line { fill: none; stroke: var(--line); stroke-width: 1.4; }
.end { fill: var(--paper); stroke: var(--line); stroke-width: 1.4; }";

pub(super) fn render(tables: &[&Table], relations: &[Relation<'_>], title: &str) -> String {
    let layout = layout::of(tables, relations);
    let (width, height) = (layout.width.ceil(), layout.height.ceil());
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"var(--paper)\"/>\n\
         <text class=\"title\" x=\"{MARGIN}\" y=\"{}\">{title}</text>\n",
        MARGIN + 12.0,
        title = escaped(title),
    );
    let mut lanes = vec![0.0; layout.lanes.len()];
    for relation in relations {
        line(&mut svg, tables, &layout, relation, &mut lanes);
    }
    for (table, place) in tables.iter().zip(&layout.places) {
        draw(&mut svg, table, *place);
    }
    svg.push_str("</svg>\n");
    svg
}

fn draw(svg: &mut String, table: &Table, place: Place) {
    let Place {
        x,
        y,
        width,
        height,
        ..
    } = place;
    writeln!(
        svg,
        "<g><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\" \
         fill=\"var(--box)\" stroke=\"var(--line)\"/>\
         <path d=\"M{x} {} v{} q0 -6 6 -6 h{} q6 0 6 6 v{} z\" fill=\"var(--head)\"/>\
         <text class=\"name\" x=\"{}\" y=\"{}\">{}</text>",
        y + HEADER,
        6.0 - HEADER,
        width - 12.0,
        HEADER - 6.0,
        x + PADDING,
        y + HEADER - 9.0,
        escaped(&table.name)
    )
    .ok();
    let mut row = y + HEADER;
    for (place, column) in table.columns.iter().enumerate() {
        if place > 0 {
            writeln!(
                svg,
                "<path d=\"M{} {row} h{}\" stroke=\"var(--rule)\"/>",
                x + 1.0,
                width - 2.0
            )
            .ok();
        }
        let base = row + 14.0;
        let null = if column.nullable { "?" } else { "" };
        writeln!(
            svg,
            "<text class=\"key\" x=\"{}\" y=\"{base}\">{}</text>\
             <text x=\"{}\" y=\"{base}\">{}<tspan class=\"kind\">{null}</tspan></text>\
             <text class=\"kind\" x=\"{}\" y=\"{base}\" text-anchor=\"end\">{}</text>",
            x + PADDING,
            marks(table, column).join(" "),
            x + PADDING + MARKS - 4.0,
            escaped(&column.name),
            x + width - PADDING,
            escaped(&column.kind)
        )
        .ok();
        row += ROW;
    }
    svg.push_str("</g>\n");
}

/// A line from the parent's right side to the child's left side, or, where the child is not
/// further right, to its right side.
fn line(
    svg: &mut String,
    tables: &[&Table],
    layout: &Layout,
    relation: &Relation<'_>,
    lanes: &mut [f64],
) {
    let (parent, child) = (
        layout.places[relation.parent],
        layout.places[relation.child],
    );
    let from = parent.y
        + row_of(
            tables[relation.parent],
            relation.key.referred_columns.first(),
        );
    let to = child.y + row_of(tables[relation.child], relation.key.columns.first());
    let (start, goes_right) = (parent.x + parent.width, child.layer > parent.layer);
    let (end, side) = if goes_right {
        (child.x, -1.0)
    } else {
        (child.x + child.width, 1.0)
    };
    let lane = &mut lanes[parent.layer];
    *lane += LANE;
    let turn = layout.lanes[parent.layer] + 20.0 + *lane;
    // Past the tables between, a line runs above them.
    let path = if goes_right && child.layer > parent.layer + 1 {
        let last = layout.lanes[child.layer - 1] + 22.0;
        let free = clear_height(layout, parent.layer + 1..child.layer, from, to);
        format!("M{start} {from} H{turn} V{free} H{last} V{to} H{end}")
    } else {
        format!("M{start} {from} H{turn} V{to} H{end}")
    };
    let what = format!(
        "{}.{} → {}",
        tables[relation.child].name,
        relation.key.columns.join(", "),
        relation.key.table
    );
    writeln!(
        svg,
        "<path class=\"line\" d=\"{path}\"><title>{}</title></path>",
        escaped(&what)
    )
    .ok();
    one(svg, start, from, relation.is_optional);
    if relation.is_unique {
        one_end(svg, end, to, side);
    } else {
        many(svg, end, to, side);
    }
}

/// A height between two ends at which no table of the layers between stands in the way; the one
/// that is the shortest way.
fn clear_height(layout: &Layout, layers: std::ops::Range<usize>, from: f64, to: f64) -> f64 {
    let between: Vec<&Place> = (layout.places.iter())
        .filter(|place| layers.contains(&place.layer))
        .collect();
    let is_free = |height: f64| {
        let hits = |place: &&Place| height > place.y - 6.0 && height < place.y + place.height + 6.0;
        !between.iter().any(hits)
    };
    let edges = between
        .iter()
        .flat_map(|place| [place.y - 12.0, place.y + place.height + 12.0]);
    let mut heights: Vec<f64> = edges
        .chain([from, to])
        .filter(|height| is_free(*height))
        .collect();
    let way = |height: &f64| (height - from).abs() + (height - to).abs();
    heights.sort_by(|a, b| way(a).total_cmp(&way(b)));
    heights.first().copied().unwrap_or(to)
}

/// Exactly one, or none or one: on the parent's right side.
fn one(svg: &mut String, x: f64, y: f64, or_none: bool) {
    let bar = x + 8.0;
    writeln!(svg, "<path class=\"line\" d=\"M{bar} {} v10\"/>", y - 5.0).ok();
    if or_none {
        writeln!(
            svg,
            "<circle class=\"end\" cx=\"{}\" cy=\"{y}\" r=\"4\"/>",
            x + 15.0
        )
        .ok();
    } else {
        writeln!(
            svg,
            "<path class=\"line\" d=\"M{} {} v10\"/>",
            x + 12.0,
            y - 5.0
        )
        .ok();
    }
}

/// None or one, at the child.
fn one_end(svg: &mut String, x: f64, y: f64, side: f64) {
    writeln!(
        svg,
        "<path class=\"line\" d=\"M{} {} v10\"/><circle class=\"end\" cx=\"{}\" cy=\"{y}\" r=\"4\"/>",
        x + side * 8.0,
        y - 5.0,
        x + side * 15.0
    )
    .ok();
}

/// None or many, at the child: a crow's foot.
fn many(svg: &mut String, x: f64, y: f64, side: f64) {
    let tip = x + side * 11.0;
    writeln!(
        svg,
        "<path class=\"line\" d=\"M{x} {} L{tip} {y} L{x} {}\"/>\
         <circle class=\"end\" cx=\"{}\" cy=\"{y}\" r=\"4\"/>",
        y - 6.0,
        y + 6.0,
        x + side * 15.0
    )
    .ok();
}
