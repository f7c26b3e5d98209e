//! The lines between tables, with crow's feet.

use groundwork_draw::{Path, Point, Style, Svg, theme};
use groundwork_schema::model::Table;

use super::{
    layout::{LANE, Layout, clear_height, row_of},
    relation::Relation,
};

const LINE: Style = Style::line("line", theme::LINE, 1.4);
const END: Style = Style {
    stroke: Some(theme::LINE),
    stroke_width: 1.4,
    ..Style::filled("end", theme::PAPER)
};

/// Draws the lines of all relations, each in a lane of its own.
pub(super) fn draw(svg: &mut Svg, tables: &[&Table], relations: &[Relation<'_>], layout: &Layout) {
    let mut lanes = vec![0.0; layout.passages.len()];
    for relation in relations {
        let columns = (
            layout.columns[relation.parent],
            layout.columns[relation.child],
        );
        if let (Some(parent), Some(child)) = columns {
            let lane = &mut lanes[parent];
            *lane += LANE;
            let turn = layout.passages[parent] + 20.0 + *lane;
            let title = format!(
                "{}.{} → {}",
                tables[relation.child].name,
                relation.key.columns.join(", "),
                relation.key.table
            );
            svg.group(&title, |svg| {
                line(svg, tables, layout, relation, (parent, child), turn);
            });
        }
    }
}

/// A line from the parent's right side to the child's left side, or, where the child is not
/// further right, to its right side.
fn line(
    svg: &mut Svg,
    tables: &[&Table],
    layout: &Layout,
    relation: &Relation<'_>,
    (parent, child): (usize, usize),
    turn: f64,
) {
    let keys = relation.key;
    let referred = keys.referred_columns.first();
    let from = row_of(layout, tables, relation.parent, referred);
    let to = row_of(layout, tables, relation.child, keys.columns.first());
    let start = layout.places[relation.parent].right();
    let own = layout.places[relation.child];
    let (end, side) = if child > parent {
        (own.x, -1.0)
    } else {
        (own.right(), 1.0)
    };
    let path = Path::from(Point { x: start, y: from }).horizontal(turn);
    // Past the tables between, a line runs above or below them.
    let path = if child > parent + 1 {
        let last = layout.passages[child - 1] + 22.0;
        let free = clear_height(layout, &(parent + 1..child), from, to);
        path.vertical(free).horizontal(last)
    } else {
        path
    };
    svg.path(&LINE, &path.vertical(to).horizontal(end));
    one(svg, Point { x: start, y: from }, relation.is_optional);
    let end = Point { x: end, y: to };
    if relation.is_unique {
        bar(svg, end, side * 8.0);
    } else {
        foot(svg, end, side * 11.0);
    }
    none(svg, end, side * 15.0);
}

/// Exactly one, or none or one: on the parent's right side.
fn one(svg: &mut Svg, end: Point, or_none: bool) {
    bar(svg, end, 8.0);
    if or_none {
        none(svg, end, 15.0);
    } else {
        bar(svg, end, 12.0);
    }
}

/// One: a bar across the line, this far from its end.
fn bar(svg: &mut Svg, end: Point, away: f64) {
    let top = Point {
        x: end.x + away,
        y: end.y - 5.0,
    };
    svg.path(&LINE, &Path::from(top).vertical(end.y + 5.0));
}

/// None: a ring on the line.
fn none(svg: &mut Svg, end: Point, away: f64) {
    let middle = Point {
        x: end.x + away,
        ..end
    };
    svg.circle(&END, middle, 4.0);
}

/// Many: a crow's foot.
fn foot(svg: &mut Svg, end: Point, away: f64) {
    let toe = |dy: f64| Point {
        y: end.y + dy,
        ..end
    };
    let heel = Point {
        x: end.x + away,
        ..end
    };
    svg.path(&LINE, &Path::from(toe(-6.0)).line(heel).line(toe(6.0)));
}
