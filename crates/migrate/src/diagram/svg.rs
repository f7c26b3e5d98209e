//! The picture itself.

use groundwork_draw::{Anchor, Face, Font, Point, Style, Svg, theme};
use groundwork_schema::model::Table;

use super::{
    boxes,
    layout::{self, MARGIN},
    lines,
    relation::Relation,
};

const TITLE: Style = Style::text("title", theme::INK, Font::new(Face::Sans, 16.0).bold());

pub(super) fn render(tables: &[&Table], relations: &[Relation<'_>], title: &str) -> String {
    let layout = layout::of(tables, relations);
    let mut svg = Svg::new(title);
    let base = Point {
        x: MARGIN,
        y: MARGIN + 12.0,
    };
    svg.text(&TITLE, base, Anchor::Start, title);
    lines::draw(&mut svg, tables, relations, &layout);
    for (table, place) in tables.iter().zip(&layout.places) {
        boxes::draw(&mut svg, table, *place);
    }
    let width = layout
        .size
        .x
        .max(base.x + TITLE.font().width(title) + MARGIN);
    svg.finish(Point {
        x: width,
        ..layout.size
    })
}
