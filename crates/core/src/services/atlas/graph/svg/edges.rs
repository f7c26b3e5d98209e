//! Arrows: curves between the borders of boxes, and their labels where there is room.

use std::collections::{BTreeMap, HashMap};

use super::{
    Shape,
    text::{shortened, width},
};
use crate::services::atlas::graph::{
    elements::{Edge, EdgeKey},
    layout::Point,
    model::Graph,
    xml::escaped,
};

/// How far parallel edges bend away from each other.
const BEND: f64 = 46.0;
const FONT: f64 = 11.5;

/// A quadratic Bézier curve.
#[derive(Clone, Copy)]
struct Curve(Point, Point, Point);

/// Draws all edges, and over them their labels.
pub(super) fn draw(graph: &Graph, shapes: &[Shape<'_>]) -> String {
    let by_key: HashMap<&str, &Shape<'_>> = shapes.iter().map(|shape| (shape.key, shape)).collect();
    let pen = Pen::of(graph);
    let mut labels = Labels {
        shapes,
        placed: Vec::new(),
        svg: String::new(),
    };
    let mut lines = String::new();
    for ((first, second), edges) in bundles(graph) {
        let (Some(first), Some(second)) = (by_key.get(first), by_key.get(second)) else {
            continue;
        };
        if first.key == second.key {
            lines.push_str(&loops(first, &edges, &pen, &mut labels));
            continue;
        }
        let count = edges.len();
        for (number, (key, edge)) in edges.into_iter().enumerate() {
            let curve = if count == 1 {
                clear_way(first, second, shapes)
            } else {
                bent(first.middle, second.middle, BEND * offset(number, count))
            };
            let turned = key.source != first.key;
            let curve = if turned { curve.turned() } else { curve };
            let (source, target) = if turned {
                (second, first)
            } else {
                (first, second)
            };
            let curve = curve.between(source, target);
            let Curve(a, b, c) = curve;
            let path = format!(
                "M{:.1},{:.1} Q{:.1},{:.1} {:.1},{:.1}",
                a.x, a.y, b.x, b.y, c.x, c.y
            );
            lines.push_str(&pen.line(&path, (b, c), key, edge));
            labels.along(&curve, key, edge);
        }
    }
    lines + &labels.svg
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

fn bent(from: Point, to: Point, by: f64) -> Curve {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx.hypot(dy).max(1.0);
    let control = Point {
        x: f64::midpoint(from.x, to.x) - dy / length * by * 2.0,
        y: f64::midpoint(from.y, to.y) + dx / length * by * 2.0,
    };
    Curve(from, control, to)
}

/// The straightest curve that crosses the fewest other boxes.
fn clear_way(first: &Shape<'_>, second: &Shape<'_>, shapes: &[Shape<'_>]) -> Curve {
    let mut best = (usize::MAX, bent(first.middle, second.middle, 0.0));
    for by in [0.0, 24.0, -24.0, 48.0, -48.0, 80.0, -80.0] {
        let curve = bent(first.middle, second.middle, by);
        let others = shapes
            .iter()
            .filter(|shape| shape.key != first.key && shape.key != second.key);
        let crossed = others
            .filter(|shape| (1..24).any(|t| shape.holds(curve.at(f64::from(t) / 24.0), 6.0)))
            .count();
        if crossed < best.0 {
            best = (crossed, curve);
        }
        if crossed == 0 {
            break;
        }
    }
    best.1
}

impl Curve {
    fn at(&self, t: f64) -> Point {
        let (a, b, c) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
        Point {
            x: a * self.0.x + b * self.1.x + c * self.2.x,
            y: a * self.0.y + b * self.1.y + c * self.2.y,
        }
    }

    fn turned(self) -> Self {
        Self(self.2, self.1, self.0)
    }

    /// The part of it that lies between the borders of two boxes.
    fn between(self, source: &Shape<'_>, target: &Shape<'_>) -> Self {
        let from = self.border(source, 1.0, 0.0, 1.0);
        let to = self.border(target, 2.0, 1.0, 0.0);
        if from >= to {
            return self;
        }
        let control = Point {
            x: blossom(self.0.x, self.1.x, self.2.x, from, to),
            y: blossom(self.0.y, self.1.y, self.2.y, from, to),
        };
        Self(self.at(from), control, self.at(to))
    }

    /// Where the curve leaves a box that it is in at `inside` and out of at `outside`.
    fn border(&self, shape: &Shape<'_>, margin: f64, mut inside: f64, mut outside: f64) -> f64 {
        for _ in 0..30 {
            let middle = f64::midpoint(inside, outside);
            if shape.holds(self.at(middle), margin) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        outside
    }
}

/// The control point of a part of a quadratic curve.
fn blossom(a: f64, b: f64, c: f64, s: f64, t: f64) -> f64 {
    (1.0 - s) * (1.0 - t) * a + (s * (1.0 - t) + t * (1.0 - s)) * b + s * t * c
}

/// Loops on top of a box, one above the other.
fn loops(
    shape: &Shape<'_>,
    edges: &[(&EdgeKey, &Edge)],
    pen: &Pen,
    labels: &mut Labels<'_, '_>,
) -> String {
    let mut svg = String::new();
    let mut reach = 34.0;
    for (key, edge) in edges {
        let (x, top) = (shape.middle.x, shape.middle.y - shape.size.y / 2.0);
        let path = format!(
            "M{:.1},{top:.1} C{:.1},{:.1} {:.1},{:.1} {:.1},{top:.1}",
            x - 10.0,
            x - 12.0 - reach,
            top - reach * 1.3,
            x + 12.0 + reach,
            top - reach * 1.3,
            x + 10.0,
        );
        let tip = Point {
            x: x + 10.0,
            y: top,
        };
        let before = Point {
            x: x + 12.0 + reach,
            y: top - reach * 1.3,
        };
        svg.push_str(&pen.line(&path, (before, tip), key, edge));
        let above = Point {
            x,
            y: top - reach * 0.98,
        };
        labels.at(above, key, edge);
        reach += 22.0;
    }
    svg
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
    fn line(&self, path: &str, head: (Point, Point), key: &EdgeKey, edge: &Edge) -> String {
        let width = 1.0 + 1.8 * (edge.weight / self.heaviest).sqrt();
        let arrow = if self.has_arrows {
            arrow(head.0, head.1)
        } else {
            String::new()
        };
        let told = format!("{} – {} → {}", key.source, caption(key, edge), key.target);
        format!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"#94a3b8\" stroke-width=\"{width:.2}\">\
             <title>{}</title></path>{arrow}\n",
            escaped(&told)
        )
    }
}

/// A head at `tip`, seen from `from`. Markers would be shorter, and not every viewer turns them.
fn arrow(from: Point, tip: Point) -> String {
    let (dx, dy) = (tip.x - from.x, tip.y - from.y);
    let length = dx.hypot(dy).max(0.01);
    let (dx, dy) = (dx / length, dy / length);
    let wing = |side: f64| {
        let (x, y) = (tip.x - 9.0 * dx - side * dy, tip.y - 9.0 * dy + side * dx);
        format!("{x:.1},{y:.1}")
    };
    let (left, right) = (wing(-3.8), wing(3.8));
    format!(
        "<polygon points=\"{:.1},{:.1} {left} {right}\" fill=\"#475569\"/>",
        tip.x, tip.y
    )
}

/// The label, and the weight unless it is 1.
fn caption(key: &EdgeKey, edge: &Edge) -> String {
    let weight = edge.weight;
    match (key.label.as_str(), weight == 1.0) {
        (label, true) => label.to_owned(),
        ("", false) => weight.to_string(),
        (label, false) => format!("{} · {weight}", shortened(label, 26)),
    }
}

/// Labels, each beside those before it.
struct Labels<'a, 'g> {
    shapes: &'a [Shape<'g>],
    placed: Vec<(Point, Point)>,
    svg: String,
}

impl Labels<'_, '_> {
    fn along(&mut self, curve: &Curve, key: &EdgeKey, edge: &Edge) {
        let size = size(&caption(key, edge));
        let tries = [0.5, 0.42, 0.58, 0.34, 0.66, 0.28, 0.72, 0.22, 0.78];
        let places = tries.into_iter().map(|t| curve.at(t));
        let best = places.min_by(|a, b| {
            let (a, b) = (self.hindrance(*a, size), self.hindrance(*b, size));
            a.total_cmp(&b)
        });
        if let Some(place) = best {
            self.at(place, key, edge);
        }
    }

    fn at(&mut self, place: Point, key: &EdgeKey, edge: &Edge) {
        let text = shortened(&caption(key, edge), 34);
        if text.trim().is_empty() {
            return;
        }
        let size = size(&text);
        self.placed.push((place, size));
        self.svg.push_str(&format!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"3\" fill=\"#ffffff\" \
             fill-opacity=\"0.88\"/><text x=\"{:.1}\" y=\"{:.1}\" font-size=\"{FONT}\" fill=\"#475569\" \
             text-anchor=\"middle\">{}</text>\n",
            place.x - size.x / 2.0,
            place.y - size.y / 2.0,
            size.x,
            size.y,
            place.x,
            place.y + 4.0,
            escaped(&text)
        ));
    }

    /// How much of the label boxes and other labels would cover.
    fn hindrance(&self, place: Point, size: Point) -> f64 {
        let covered = |middle: Point, other: Point| {
            let x = f64::midpoint(size.x, other.x) - (middle.x - place.x).abs();
            let y = f64::midpoint(size.y, other.y) - (middle.y - place.y).abs();
            x.clamp(0.0, size.x) * y.clamp(0.0, size.y)
        };
        let boxes = self.shapes.iter().map(|it| covered(it.middle, it.size));
        let labels = self.placed.iter().map(|(at, size)| covered(*at, *size));
        boxes.chain(labels).sum()
    }
}

fn size(text: &str) -> Point {
    Point {
        x: width(text, FONT) + 6.0,
        y: FONT + 5.0,
    }
}
