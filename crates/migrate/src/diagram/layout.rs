//! Where tables go: those that others refer to on the left of those, in columns; below them, in a
//! grid, those that nothing connects.

use groundwork_draw::{
    Point, Rect,
    layout::{Layers, layered, rows},
};
use groundwork_schema::model::Table;

use super::{
    boxes::{self, count},
    relation::Relation,
};

/// Around everything.
pub(super) const MARGIN: f64 = 28.0;
const TITLE: f64 = 40.0;
const BETWEEN: f64 = 32.0;
/// Between two columns, for the marks at both ends of lines.
const PASSAGE: f64 = 56.0;
pub(super) const LANE: f64 = 9.0;
/// A column gets at least this high before it becomes two.
const HIGHEST: f64 = 1500.0;

/// Where everything is.
pub(super) struct Layout {
    pub(super) places: Vec<Rect>,
    /// The column of each table that is connected, from the left.
    pub(super) columns: Vec<Option<usize>>,
    /// The right edge of each column, where its lanes begin.
    pub(super) passages: Vec<f64>,
    pub(super) size: Point,
}

pub(super) fn of(tables: &[&Table], relations: &[Relation<'_>]) -> Layout {
    let is_connected =
        |number: &usize| (relations.iter()).any(|it| it.child == *number || it.parent == *number);
    let (connected, alone): (Vec<usize>, Vec<usize>) =
        (0..tables.len()).partition(|number| is_connected(number));
    let mut layout = Layout {
        places: vec![Rect::default(); tables.len()],
        columns: vec![None; tables.len()],
        passages: Vec::new(),
        size: Point {
            x: 0.0,
            y: MARGIN + TITLE,
        },
    };
    in_columns(&mut layout, tables, relations, &connected);
    in_a_grid(&mut layout, tables, &alone);
    layout.size.x += MARGIN;
    layout.size.y += MARGIN;
    layout
}

fn in_columns(
    layout: &mut Layout,
    tables: &[&Table],
    relations: &[Relation<'_>],
    connected: &[usize],
) {
    let sizes: Vec<Point> = connected
        .iter()
        .map(|it| boxes::size(tables[*it]))
        .collect();
    // Every table of a relation is connected, and the list is in order.
    let place = |table: usize| connected.binary_search(&table).unwrap_or_default();
    let lines: Vec<(usize, usize)> = (relations.iter())
        .map(|it| (place(it.parent), place(it.child)))
        .collect();
    let area: f64 = (sizes.iter())
        .map(|it| (it.x + PASSAGE) * (it.y + BETWEEN))
        .sum();
    let spacing = Layers {
        between: BETWEEN,
        passage: PASSAGE,
        lane: LANE,
        highest: area.sqrt().max(HIGHEST),
    };
    let found = layered(&sizes, &lines, &spacing);
    let by = Point {
        x: MARGIN,
        y: layout.size.y,
    };
    for (number, table) in connected.iter().enumerate() {
        layout.places[*table] = found.places[number].moved(by);
        layout.columns[*table] = Some(found.columns[number]);
    }
    layout.passages = found.passages.iter().map(|it| it + by.x).collect();
    layout.size = Point {
        x: by.x + found.size.x,
        y: by.y + found.size.y,
    };
}

fn in_a_grid(layout: &mut Layout, tables: &[&Table], alone: &[usize]) {
    let sizes: Vec<Point> = alone.iter().map(|it| boxes::size(tables[*it])).collect();
    let widest = sizes.iter().map(|it| it.x).fold(0.0, f64::max);
    let sizes: Vec<Point> = (sizes.iter())
        .map(|it| Point { x: widest, ..*it })
        .collect();
    let gap = Point {
        x: BETWEEN,
        y: BETWEEN,
    };
    let is_below = layout.columns.iter().any(Option::is_some);
    let by = Point {
        x: MARGIN,
        y: layout.size.y + if is_below { 2.0 * BETWEEN } else { 0.0 },
    };
    for (table, place) in alone.iter().zip(rows(&sizes, gap, layout.size.x - MARGIN)) {
        let place = place.moved(by);
        layout.places[*table] = place;
        layout.size.x = layout.size.x.max(place.right());
        layout.size.y = layout.size.y.max(place.bottom());
    }
}

/// A height between two ends at which no table of the columns between is in the way; the one that
/// is the shortest way.
pub(super) fn clear_height(
    layout: &Layout,
    columns: &std::ops::Range<usize>,
    from: f64,
    to: f64,
) -> f64 {
    let between: Vec<&Rect> = (layout.places.iter().zip(&layout.columns))
        .filter(|(_, column)| column.is_some_and(|it| columns.contains(&it)))
        .map(|(place, _)| place)
        .collect();
    let is_free = |height: f64| {
        let hits = |place: &&Rect| height > place.y - 6.0 && height < place.bottom() + 6.0;
        !between.iter().any(hits)
    };
    let edges = between
        .iter()
        .flat_map(|place| [place.y - 12.0, place.bottom() + 12.0]);
    let free = edges.chain([from, to]).filter(|height| is_free(*height));
    let way = |height: &f64| (height - from).abs() + (height - to).abs();
    free.min_by(|a, b| way(a).total_cmp(&way(b))).unwrap_or(to)
}

/// Where a line of a table begins: the middle of its column's row.
pub(super) fn row_of(
    layout: &Layout,
    tables: &[&Table],
    table: usize,
    column: Option<&String>,
) -> f64 {
    let columns = &tables[table].columns;
    let row = columns.iter().position(|own| Some(&own.name) == column);
    layout.places[table].y + boxes::HEADER + boxes::ROW * (count(row.unwrap_or(0)) + 0.5)
}
