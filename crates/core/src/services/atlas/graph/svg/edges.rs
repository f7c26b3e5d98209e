//! Arrows: curves between the borders of boxes.

use std::collections::{BTreeMap, HashMap};

use groundwork_draw::{Path, Point, Style, Svg, theme};

use super::{
    curve::Curve,
    labels::{Labels, caption},
    shape::Shape,
};
use crate::services::atlas::graph::{
    elements::{Edge, EdgeKey},
    model::Graph,
};

const EDGE: Style = Style::line("edge", theme::LINE, 1.0);
const HEAD: Style = Style::filled("head", theme::FAINT);

/// How far parallel edges bend away from each other.
const BEND: f64 = 46.0;

/// Draws all edges, and over them their labels.
pub(super) fn draw(svg: &mut Svg, graph: &Graph, shapes: &[Shape<'_>]) {
    let by_key: HashMap<&str, &Shape<'_>> = shapes.iter().map(|shape| (shape.key, shape)).collect();
    let pen = Pen::of(graph);
    let mut labels = Labels::beside(shapes);
    for ((first, second), edges) in bundles(graph) {
        let (Some(first), Some(second)) = (by_key.get(first), by_key.get(second)) else {
            continue;
        };
        if first.key == second.key {
            loops(svg, first, &edges, &pen, &mut labels);
            continue;
        }
        let count = edges.len();
        for (number, (key, edge)) in edges.into_iter().enumerate() {
            let curve = if count == 1 {
                clear_way(first, second, shapes)
            } else {
                let by = BEND * offset(number, count);
                Curve::bent(first.area.middle(), second.area.middle(), by)
            };
            let curve = if key.source == first.key {
                curve.between(&first.area, &second.area)
            } else {
                curve.turned().between(&second.area, &first.area)
            };
            pen.line(svg, &curve.path(), (curve.1, curve.2), key, edge);
            labels.along(&curve, key, edge);
        }
    }
    svg.append(&labels.svg);
}

/// The edges between each two nodes, whichever way they lead.
type Bundles<'g> = BTreeMap<(&'g str, &'g str), Vec<(&'g EdgeKey, &'g Edge)>>;

fn bundles(graph: &Graph) -> Bundles<'_> {
    let mut bundles = Bundles::new();
    for (key, edge) in graph.edges() {
        let (source, target) = (key.source.as_str(), key.target.as_str());
        let ends = (source.min(target), source.max(target));
        bundles.entry(ends).or_default().push((key, edge));
    }
    bundles
}

/// `-0.5, 0.5` of two, `-1, 0, 1` of three, and so on.
fn offset(number: usize, count: usize) -> f64 {
    let float = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    float(number) - (float(count) - 1.0) / 2.0
}

/// The straightest curve that crosses the fewest other boxes.
fn clear_way(first: &Shape<'_>, second: &Shape<'_>, shapes: &[Shape<'_>]) -> Curve {
    let bent = |by: f64| Curve::bent(first.area.middle(), second.area.middle(), by);
    let mut best = (usize::MAX, bent(0.0));
    for by in [0.0, 24.0, -24.0, 48.0, -48.0, 80.0, -80.0] {
        let curve = bent(by);
        let others = shapes
            .iter()
            .filter(|shape| shape.key != first.key && shape.key != second.key);
        let crossed = others.filter(|shape| curve.crosses(&shape.area)).count();
        if crossed < best.0 {
            best = (crossed, curve);
        }
        if crossed == 0 {
            break;
        }
    }
    best.1
}

/// Loops on top of a box, one above the other.
fn loops(
    svg: &mut Svg,
    shape: &Shape<'_>,
    edges: &[(&EdgeKey, &Edge)],
    pen: &Pen,
    labels: &mut Labels<'_, '_>,
) {
    let (x, top) = (shape.area.middle().x, shape.area.y);
    let mut reach = 34.0;
    for (key, edge) in edges {
        let at = |dx: f64, dy: f64| Point {
            x: x + dx,
            y: top - dy,
        };
        let (start, tip) = (at(-10.0, 0.0), at(10.0, 0.0));
        let left = at(-12.0 - reach, reach * 1.3);
        let right = at(12.0 + reach, reach * 1.3);
        let path = Path::from(start).cubic(left, right, tip);
        pen.line(svg, &path, (right, tip), key, edge);
        labels.at(at(0.0, reach * 0.98), key, edge);
        reach += 22.0;
    }
}

/// How lines are drawn.
struct Pen {
    heaviest: f64,
    has_arrows: bool,
}

impl Pen {
    fn of(graph: &Graph) -> Self {
        let weights = graph.edges().values().map(|edge| edge.weight);
        Self {
            heaviest: weights.fold(1.0, f64::max),
            has_arrows: graph.is_directed(),
        }
    }

    /// A line, and its head, which points from the first place to the second.
    fn line(&self, svg: &mut Svg, path: &Path, head: (Point, Point), key: &EdgeKey, edge: &Edge) {
        let style = Style {
            stroke_width: 1.0 + 1.8 * (edge.weight / self.heaviest).sqrt(),
            ..EDGE
        };
        let title = format!("{} – {} → {}", key.source, caption(key, edge), key.target);
        svg.group(&title, |svg| {
            svg.path(&style, path);
            if self.has_arrows {
                svg.path(&HEAD, &arrow(head.0, head.1));
            }
        });
    }
}

/// A head at `tip`, seen from `from`. Markers would be shorter, and not every viewer turns them.
fn arrow(from: Point, tip: Point) -> Path {
    let (dx, dy) = (tip.x - from.x, tip.y - from.y);
    let length = dx.hypot(dy).max(0.01);
    let (dx, dy) = (dx / length, dy / length);
    let wing = |side: f64| Point {
        x: tip.x - 9.0 * dx - side * dy,
        y: tip.y - 9.0 * dy + side * dx,
    };
    Path::from(tip).line(wing(-3.8)).line(wing(3.8)).close()
}
