//! The boxes of a drawing, one for each node.

use std::collections::BTreeMap;

use groundwork_draw::{
    Anchor, Face, Font, Point, Rect, Style, Svg,
    layout::stress,
    theme::{self, KINDS},
};

use super::lines::{LINE_HEIGHT, Lines};
use crate::services::atlas::graph::{elements::Node, model::Graph};

/// A label in its box.
const LABEL: Style = Style::text("label", theme::INK, Font::new(Face::Sans, 14.0));

/// The looks of boxes: the first is for nodes of no kind.
const BOXES: [Style; 9] = [
    kind("kind-0", 0),
    kind("kind-1", 1),
    kind("kind-2", 2),
    kind("kind-3", 3),
    kind("kind-4", 4),
    kind("kind-5", 5),
    kind("kind-6", 6),
    kind("kind-7", 7),
    kind("kind-8", 8),
];

const fn kind(class: &'static str, number: usize) -> Style {
    Style {
        stroke: Some(KINDS[number].outline),
        stroke_width: 1.4,
        ..Style::filled(class, KINDS[number].fill)
    }
}

/// A box of the drawing.
pub(super) struct Shape<'g> {
    pub(super) key: &'g str,
    pub(super) area: Rect,
    node: &'g Node,
    lines: Lines,
    style: &'static Style,
}

/// The look that each kind has; there are more kinds than looks, so kinds may share one.
pub(super) fn kinds(graph: &Graph) -> BTreeMap<&str, &'static Style> {
    let names: BTreeMap<&str, ()> = (graph.nodes().values())
        .filter_map(|node| Some((node.kind.as_deref()?, ())))
        .collect();
    names.into_keys().zip(BOXES[1..].iter().cycle()).collect()
}

/// The boxes of all nodes, where the layout puts them.
pub(super) fn shapes<'g>(
    graph: &'g Graph,
    kinds: &BTreeMap<&str, &'static Style>,
) -> Vec<Shape<'g>> {
    let number: BTreeMap<&str, usize> = (graph.nodes().keys().enumerate())
        .map(|(number, key)| (key.as_str(), number))
        .collect();
    let ends: Vec<(usize, usize)> = (graph.edges().keys())
        .filter_map(|key| {
            let source = number.get(key.source.as_str())?;
            Some((*source, *number.get(key.target.as_str())?))
        })
        .collect();
    let lines: Vec<Lines> = (graph.nodes().values())
        .map(|node| Lines::of(&node.label))
        .collect();
    let sizes: Vec<Point> = lines.iter().map(size).collect();
    let places = stress(&sizes, &ends);
    (graph.nodes().iter().zip(lines).zip(places))
        .map(|(((key, node), lines), area)| {
            let style = node.kind.as_deref().and_then(|kind| kinds.get(kind));
            Shape {
                key,
                area,
                node,
                lines,
                style: style.copied().unwrap_or(&BOXES[0]),
            }
        })
        .collect()
}

fn size(lines: &Lines) -> Point {
    let Point { x, y } = lines.size(LABEL.font());
    Point {
        x: x + 30.0,
        y: y + 20.0,
    }
}

impl Shape<'_> {
    pub(super) fn draw(&self, svg: &mut Svg) {
        let title = match &self.node.kind {
            Some(kind) => format!("{} ({kind})", self.node.label),
            None => self.node.label.clone(),
        };
        svg.group(&title, |svg| {
            svg.rect(self.style, self.area, 9.0);
            let middle = self.area.middle();
            let height = self.lines.size(LABEL.font()).y;
            let mut y = middle.y - height / 2.0 + 13.0;
            for line in self.lines.iter() {
                svg.text(&LABEL, Point { x: middle.x, y }, Anchor::Middle, line);
                y += LINE_HEIGHT;
            }
        });
    }
}
