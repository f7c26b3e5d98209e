//! Where tables go: those that others refer to on the left, in columns, each column in the order
//! that crosses the fewest lines (Sugiyama's method: layers, then barycentres).

use std::collections::BTreeMap;

use super::{Relation, marks};
use groundwork_schema::model::Table;

/// All measures are in pixels.
pub(super) const ROW: f64 = 20.0;
pub(super) const HEADER: f64 = 28.0;
pub(super) const CHARACTER: f64 = 7.25;
pub(super) const PADDING: f64 = 10.0;
pub(super) const MARKS: f64 = 46.0;
pub(super) const MARGIN: f64 = 28.0;
pub(super) const TITLE: f64 = 40.0;
const BETWEEN_ROWS: f64 = 32.0;
/// The room for lines between two columns: for the marks at both ends, and for each line.
const LANES: f64 = 56.0;
pub(super) const LANE: f64 = 9.0;

/// Where a table is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Its column, from the left.
    pub(super) layer: usize,
}

/// Where everything is.
pub(super) struct Layout {
    pub(super) places: Vec<Place>,
    /// The left edge of the lanes on the right of each layer.
    pub(super) lanes: Vec<f64>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// The height of a column's row within its table.
pub(super) fn row_of(table: &Table, column: Option<&String>) -> f64 {
    let place = table
        .columns
        .iter()
        .position(|own| Some(&own.name) == column);
    HEADER + ROW * (count(place.unwrap_or(0)) + 0.5)
}

pub(super) fn of(tables: &[&Table], relations: &[Relation<'_>]) -> Layout {
    let layers = layers(tables.len(), relations);
    let columns = ordered(&layers, relations);
    let mut places = vec![
        Place {
            x: 0.0,
            y: 0.0,
            width: 0.0,
            height: 0.0,
            layer: 0
        };
        tables.len()
    ];
    let (mut x, mut bottom, mut lanes) = (MARGIN, 0.0_f64, Vec::new());
    for (layer, column) in columns.iter().enumerate() {
        let widest = column
            .iter()
            .map(|&table| width(tables[table]))
            .fold(0.0, f64::max);
        let mut y = MARGIN + TITLE;
        for &table in column {
            let height = HEADER + ROW * count(tables[table].columns.len()) + PADDING / 2.0;
            places[table] = Place {
                x,
                y,
                width: widest,
                height,
                layer,
            };
            y += height + BETWEEN_ROWS;
        }
        bottom = bottom.max(y - BETWEEN_ROWS);
        lanes.push(x + widest);
        let passing = relations
            .iter()
            .filter(|relation| layers[relation.parent] == layer);
        x += widest + LANES + LANE * count(passing.count());
    }
    let last = columns.len().saturating_sub(1);
    let loops = relations
        .iter()
        .any(|relation| layers[relation.parent] == last);
    let spare = if loops { 0.0 } else { LANES };
    centre(&mut places, bottom);
    Layout {
        places,
        lanes,
        width: x - spare + MARGIN,
        height: bottom + MARGIN,
    }
}

/// Short columns stand in the middle of tall ones.
fn centre(places: &mut [Place], bottom: f64) {
    let mut ends = BTreeMap::<usize, f64>::new();
    for place in places.iter() {
        let end = ends.entry(place.layer).or_default();
        *end = end.max(place.y + place.height);
    }
    for place in places {
        place.y += ((bottom - ends[&place.layer]) / 2.0).floor();
    }
}

fn width(table: &Table) -> f64 {
    let rows = table.columns.iter().map(|column| {
        let marks = if marks(table, column).is_empty() {
            0.0
        } else {
            MARKS
        };
        marks.max(MARKS)
            + CHARACTER * count(column.name.chars().count() + column.kind.chars().count() + 3)
    });
    let header = CHARACTER * 1.15 * count(table.name.chars().count());
    (rows.fold(header, f64::max) + 2.0 * PADDING).ceil()
}

#[expect(clippy::cast_precision_loss, reason = "nobody draws 2^52 of anything")]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}

/// The longest way from a table that refers to none. In a circle the first by name begins.
fn layers(tables: usize, relations: &[Relation<'_>]) -> Vec<usize> {
    let mut layers = vec![0; tables];
    for _ in 0..tables {
        let mut moved = false;
        for relation in relations
            .iter()
            .filter(|relation| relation.parent != relation.child)
        {
            let wanted = layers[relation.parent] + 1;
            if layers[relation.child] < wanted && wanted < tables {
                let is_circle = reaches(relations, relation.child, relation.parent)
                    && relation.child < relation.parent;
                if !is_circle {
                    layers[relation.child] = wanted;
                    moved = true;
                }
            }
        }
        if !moved {
            break;
        }
    }
    let used: std::collections::BTreeSet<usize> = layers.iter().copied().collect();
    let packed: Vec<usize> = used.into_iter().collect();
    layers
        .iter()
        .map(|layer| packed.iter().position(|other| other == layer).unwrap_or(0))
        .collect()
}

/// Whether one table is referred to, over any way, by another.
fn reaches(relations: &[Relation<'_>], from: usize, to: usize) -> bool {
    let (mut seen, mut next) = (vec![from], vec![from]);
    while let Some(parent) = next.pop() {
        for relation in relations
            .iter()
            .filter(|relation| relation.parent == parent)
        {
            if !seen.contains(&relation.child) {
                seen.push(relation.child);
                next.push(relation.child);
            }
        }
    }
    seen.contains(&to)
}

/// The tables of each layer, from top to bottom.
fn ordered(layers: &[usize], relations: &[Relation<'_>]) -> Vec<Vec<usize>> {
    let last = layers.iter().max().map_or(0, |last| last + 1);
    let mut columns: Vec<Vec<usize>> = (0..last)
        .map(|layer| {
            (0..layers.len())
                .filter(|&table| layers[table] == layer)
                .collect()
        })
        .collect();
    for round in 0..8 {
        let rank: BTreeMap<usize, f64> = columns
            .iter()
            .flat_map(|column| column.iter().enumerate())
            .map(|(place, &table)| (table, count(place)))
            .collect();
        for column in &mut columns {
            let barycentre = |table: usize| {
                let neighbours: Vec<f64> = relations
                    .iter()
                    .filter_map(|relation| {
                        match (relation.child == table, relation.parent == table) {
                            (true, false) if round % 2 == 0 => Some(rank[&relation.parent]),
                            (false, true) if round % 2 == 1 => Some(rank[&relation.child]),
                            _ => None,
                        }
                    })
                    .collect();
                if neighbours.is_empty() {
                    return rank[&table];
                }
                neighbours.iter().sum::<f64>() / count(neighbours.len())
            };
            column.sort_by(|&a, &b| barycentre(a).total_cmp(&barycentre(b)).then(a.cmp(&b)));
        }
    }
    columns
}
