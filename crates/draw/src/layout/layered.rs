//! A graph whose lines have a direction: from left to right, in columns.
//!
//! Sugiyama's method: every box is one column to the right of the last one that leads to it, and
//! each column is in the order that crosses few lines (barycentres). A column that would be too high
//! becomes several.

use std::collections::VecDeque;

use crate::{Point, Rect};

/// How much room there is, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layers {
    /// Between two boxes of a column.
    pub between: f64,
    /// Between two columns, for lines to begin and end.
    pub passage: f64,
    /// Beside that for each line that begins at the left column.
    pub lane: f64,
    /// How high a column may get before it becomes several; one box is never too high.
    pub highest: f64,
}

/// Where the boxes are.
#[derive(Clone, Debug, PartialEq)]
pub struct Layered {
    /// Each box, as wide as the widest of its column.
    pub places: Vec<Rect>,
    /// The column of each box, from the left.
    pub columns: Vec<usize>,
    /// The right edge of each column, where the lanes for its lines begin.
    pub passages: Vec<f64>,
    /// How much room all of it takes, with the lanes on the right of the last column if a line
    /// begins there.
    pub size: Point,
}

/// Lays out boxes of these sizes. A line leads from its first box to its second, which goes to the
/// right of it; of the lines of a circle one leads back.
///
/// ```
/// use groundwork_draw::{Point, layout::{Layers, layered}};
///
/// let spacing = Layers { between: 30.0, passage: 60.0, lane: 9.0, highest: 900.0 };
/// let layout = layered(&[Point { x: 80.0, y: 30.0 }; 3], &[(2, 0), (2, 1)], &spacing);
/// assert_eq!(layout.columns, [1, 1, 0]);
/// ```
#[must_use]
pub fn layered(sizes: &[Point], lines: &[(usize, usize)], spacing: &Layers) -> Layered {
    let layers = layers(sizes.len(), &without_circles(sizes.len(), lines));
    let ordered = ordered(&layers, lines);
    let columns: Vec<Vec<usize>> = ordered
        .into_iter()
        .flat_map(|column| split(column, sizes, spacing))
        .collect();
    place(&columns, sizes, lines, spacing)
}

/// The lines that do not close a circle, seen from the first box of each circle.
fn without_circles(boxes: usize, lines: &[(usize, usize)]) -> Vec<(usize, usize)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        OnTheWay,
        Done,
    }
    let leaving = leaving(boxes, lines);
    let mut seen = vec![Seen::No; boxes];
    let mut kept = Vec::with_capacity(lines.len());
    for start in 0..boxes {
        if seen[start] != Seen::No {
            continue;
        }
        seen[start] = Seen::OnTheWay;
        // Each box of the way, and how many of its lines have been followed.
        let mut way = vec![(start, 0)];
        while let Some((from, followed)) = way.last_mut() {
            let from = *from;
            let Some(&to) = leaving[from].get(*followed) else {
                seen[from] = Seen::Done;
                way.pop();
                continue;
            };
            *followed += 1;
            if seen[to] != Seen::OnTheWay {
                kept.push((from, to));
            }
            if seen[to] == Seen::No {
                seen[to] = Seen::OnTheWay;
                way.push((to, 0));
            }
        }
    }
    kept
}

/// The longest way to each box from one that no line leads to. The lines have no circle.
fn layers(boxes: usize, lines: &[(usize, usize)]) -> Vec<usize> {
    let leaving = leaving(boxes, lines);
    let mut open = vec![0_usize; boxes];
    lines.iter().for_each(|(_, to)| open[*to] += 1);
    let mut layers = vec![0; boxes];
    let mut ready: VecDeque<usize> = (0..boxes).filter(|it| open[*it] == 0).collect();
    while let Some(from) = ready.pop_front() {
        for &to in &leaving[from] {
            layers[to] = layers[to].max(layers[from] + 1);
            open[to] -= 1;
            if open[to] == 0 {
                ready.push_back(to);
            }
        }
    }
    layers
}

fn leaving(boxes: usize, lines: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut leaving = vec![Vec::new(); boxes];
    for &(from, to) in lines {
        leaving[from].push(to);
    }
    leaving
}

/// The boxes of each layer, from top to bottom: in turn by where the boxes that lead to them are,
/// and by where they lead.
fn ordered(layers: &[usize], lines: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let count = layers.iter().max().map_or(0, |last| last + 1);
    let mut columns = vec![Vec::new(); count];
    for (number, layer) in layers.iter().enumerate() {
        columns[*layer].push(number);
    }
    for round in 0..8 {
        let mut ranks = vec![0.0; layers.len()];
        for (rank, number) in columns.iter().flat_map(|it| it.iter().enumerate()) {
            ranks[*number] = float(rank);
        }
        let mut neighbours = vec![(0.0, 0_usize); layers.len()];
        for (from, to) in lines.iter().filter(|(from, to)| from != to) {
            let (own, other) = if round % 2 == 0 {
                (to, from)
            } else {
                (from, to)
            };
            neighbours[*own].0 += ranks[*other];
            neighbours[*own].1 += 1;
        }
        let barycentre = |number: usize| match neighbours[number] {
            (_, 0) => ranks[number],
            (sum, count) => sum / float(count),
        };
        for column in &mut columns {
            column.sort_by(|a, b| barycentre(*a).total_cmp(&barycentre(*b)).then(a.cmp(b)));
        }
    }
    columns
}

/// A column as one or more, none higher than it may be and all about equally high.
fn split(column: Vec<usize>, sizes: &[Point], spacing: &Layers) -> Vec<Vec<usize>> {
    let height = |number: &usize| sizes[*number].y + spacing.between;
    let whole: f64 = column.iter().map(height).sum();
    let fair = whole / (whole / spacing.highest.max(1.0)).ceil().max(1.0);
    let mut parts = Vec::new();
    let (mut part, mut filled) = (Vec::new(), 0.0);
    for number in column {
        let height = height(&number);
        // Half of a box may reach over, so that no column of a single box remains at the end.
        if !part.is_empty() && filled + height / 2.0 > fair {
            parts.push(std::mem::take(&mut part));
            filled = 0.0;
        }
        part.push(number);
        filled += height;
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

fn place(
    columns: &[Vec<usize>],
    sizes: &[Point],
    lines: &[(usize, usize)],
    spacing: &Layers,
) -> Layered {
    let mut layout = Layered {
        places: vec![Rect::default(); sizes.len()],
        columns: vec![0; sizes.len()],
        passages: Vec::with_capacity(columns.len()),
        size: Point::default(),
    };
    let height = |column: &[usize]| -> f64 {
        let boxes: f64 = column.iter().map(|it| sizes[*it].y).sum();
        boxes + spacing.between * float(column.len().saturating_sub(1))
    };
    layout.size.y = columns.iter().map(|it| height(it)).fold(0.0, f64::max);
    let mut x = 0.0;
    for (number, column) in columns.iter().enumerate() {
        let width = column.iter().map(|it| sizes[*it].x).fold(0.0, f64::max);
        // Short columns are in the middle of tall ones.
        let mut y = ((layout.size.y - height(column)) / 2.0).floor();
        for &own in column {
            let height = sizes[own].y;
            layout.places[own] = Rect {
                x,
                y,
                width,
                height,
            };
            layout.columns[own] = number;
            y += height + spacing.between;
        }
        x += width;
        layout.passages.push(x);
        let beginning = lines.iter().filter(|(from, _)| column.contains(from));
        let lanes = spacing.lane * float(beginning.count());
        layout.size.x = if lanes > 0.0 {
            x + spacing.passage + lanes
        } else {
            x
        };
        x += spacing.passage + lanes;
    }
    layout
}

#[expect(clippy::cast_precision_loss, reason = "nobody draws 2^52 boxes")]
fn float(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACING: Layers = Layers {
        between: 30.0,
        passage: 60.0,
        lane: 9.0,
        highest: 1000.0,
    };

    fn columns(boxes: usize, lines: &[(usize, usize)]) -> Vec<usize> {
        let sizes = vec![Point { x: 100.0, y: 50.0 }; boxes];
        layered(&sizes, lines, &SPACING).columns
    }

    #[test]
    fn each_box_is_right_of_all_that_lead_to_it() {
        assert_eq!(columns(4, &[(0, 1), (1, 2), (0, 2), (3, 2)]), [0, 1, 2, 0]);
        assert_eq!(columns(0, &[]), [0; 0]);
    }

    #[test]
    fn a_circle_begins_with_its_first_box_and_a_line_to_itself_is_none() {
        assert_eq!(columns(3, &[(0, 1), (1, 2), (2, 0)]), [0, 1, 2]);
        assert_eq!(columns(2, &[(0, 0), (1, 1), (1, 0)]), [1, 0]);
    }

    #[test]
    fn a_column_that_is_too_high_becomes_several() {
        let lines: Vec<(usize, usize)> = (1..41).map(|leaf| (0, leaf)).collect();
        let sizes = vec![Point { x: 100.0, y: 50.0 }; 41];
        let layout = layered(&sizes, &lines, &SPACING);
        assert_eq!(layout.columns.iter().max(), Some(&4));
        assert!(layout.size.y <= 1000.0, "{:?}", layout.size);
    }

    #[test]
    fn no_two_boxes_overlap_and_all_are_within() {
        let lines: Vec<(usize, usize)> = (1..60).flat_map(|n| [(n / 2, n), (n / 3, n)]).collect();
        let sizes: Vec<Point> = (0..60_u32)
            .map(|n| Point {
                x: 100.0 + f64::from(n % 5) * 20.0,
                y: 40.0 + f64::from(n % 3) * 20.0,
            })
            .collect();
        let layout = layered(&sizes, &lines, &SPACING);
        for (number, one) in layout.places.iter().enumerate() {
            assert!(one.right() <= layout.size.x && one.bottom() <= layout.size.y);
            for other in &layout.places[number + 1..] {
                assert_eq!(one.shared_area(other), 0.0, "{one:?} {other:?}");
            }
        }
    }
}
