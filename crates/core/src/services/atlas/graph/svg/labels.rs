//! The labels of edges, where there is room.

use groundwork_draw::{Anchor, Face, Font, Point, Rect, Style, Svg, shortened, theme};

use super::{curve::Curve, shape::Shape};
use crate::services::atlas::graph::elements::{Edge, EdgeKey};

const LABEL: Style = Style::text("edge-label", theme::FAINT, Font::new(Face::Sans, 11.5));
/// What keeps lines from running through a label.
const BACK: Style = Style {
    fill_opacity: 0.88,
    ..Style::filled("edge-back", theme::PAPER)
};

/// Labels, each beside those before it.
pub(super) struct Labels<'a, 'g> {
    shapes: &'a [Shape<'g>],
    placed: Vec<Rect>,
    /// What is drawn of them.
    pub(super) svg: Svg,
}

impl<'a, 'g> Labels<'a, 'g> {
    pub(super) fn beside(shapes: &'a [Shape<'g>]) -> Self {
        Self {
            shapes,
            placed: Vec::new(),
            svg: Svg::new(""),
        }
    }

    /// A label where it covers the least along a curve.
    pub(super) fn along(&mut self, curve: &Curve, key: &EdgeKey, edge: &Edge) {
        let size = size(&caption(key, edge));
        let tries = [0.5, 0.42, 0.58, 0.34, 0.66, 0.28, 0.72, 0.22, 0.78];
        let hindrance = |place: &Point| self.hindrance(Rect::around(*place, size));
        let places = tries.into_iter().map(|t| curve.at(t));
        let best = places.min_by(|a, b| hindrance(a).total_cmp(&hindrance(b)));
        if let Some(place) = best {
            self.at(place, key, edge);
        }
    }

    /// A label around a place.
    pub(super) fn at(&mut self, place: Point, key: &EdgeKey, edge: &Edge) {
        let text = shortened(&caption(key, edge), 34);
        if text.trim().is_empty() {
            return;
        }
        let area = Rect::around(place, size(&text));
        self.placed.push(area);
        self.svg.rect(&BACK, area, 3.0);
        let base = Point {
            x: place.x,
            y: place.y + 4.0,
        };
        self.svg.text(&LABEL, base, Anchor::Middle, &text);
    }

    /// How much of the label boxes and other labels would cover.
    fn hindrance(&self, area: Rect) -> f64 {
        let boxes = self.shapes.iter().map(|it| it.area.shared_area(&area));
        let labels = self.placed.iter().map(|it| it.shared_area(&area));
        boxes.chain(labels).sum()
    }
}

/// The label, and the weight unless it is 1.
pub(super) fn caption(key: &EdgeKey, edge: &Edge) -> String {
    let weight = edge.weight;
    match (key.label.as_str(), weight == 1.0) {
        (label, true) => label.to_owned(),
        ("", false) => weight.to_string(),
        (label, false) => format!("{} · {weight}", shortened(label, 26)),
    }
}

fn size(text: &str) -> Point {
    let font = LABEL.font();
    Point {
        x: font.width(text) + 6.0,
        y: font.size + 5.0,
    }
}
