//! A drawing of a graph: boxes coloured by kind, arrows with their labels, heavier ones thicker.

mod edges;
mod text;

use std::collections::BTreeMap;

use super::{
    elements::Node,
    format::TooLargeToDraw,
    layout::{self, Point},
    model::Graph,
    xml::escaped,
};
use text::{LINE_HEIGHT, Lines, width};

/// The most nodes that a drawing shows.
pub(super) const MAX_NODES: usize = 400;
/// The most edges that a drawing shows.
pub(super) const MAX_EDGES: usize = 1_000;

/// Fill and outline of each kind, in turn; the first is for nodes of no kind.
const COLOURS: [(&str, &str); 9] = [
    ("#f1f5f9", "#64748b"),
    ("#dbeafe", "#2563eb"),
    ("#fef3c7", "#d97706"),
    ("#dcfce7", "#16a34a"),
    ("#fce7f3", "#db2777"),
    ("#ede9fe", "#7c3aed"),
    ("#ccfbf1", "#0d9488"),
    ("#ffe4e6", "#e11d48"),
    ("#ecfccb", "#65a30d"),
];
const MARGIN: f64 = 48.0;
const HEAD: f64 = 92.0;

/// A box of the drawing.
struct Shape<'g> {
    key: &'g str,
    node: &'g Node,
    lines: Lines,
    middle: Point,
    size: Point,
    colour: usize,
}

/// Draws a graph.
pub(super) fn render(graph: &Graph) -> Result<String, TooLargeToDraw> {
    let (nodes, edges) = (graph.nodes().len(), graph.edges().len());
    if nodes > MAX_NODES || edges > MAX_EDGES {
        return Err(TooLargeToDraw { nodes, edges });
    }
    let kinds = kinds(graph);
    let mut shapes = shapes(graph, &kinds);
    let (low, high) = layout::bounds(shapes.iter().map(|shape| (shape.middle, shape.size)));
    for shape in &mut shapes {
        shape.middle.x += MARGIN - low.x;
        shape.middle.y += HEAD + MARGIN - low.y;
    }
    let arrows = edges::draw(graph, &shapes);
    let legend = legend(&kinds, HEAD - 22.0);
    let title = graph.title().or(graph.name()).unwrap_or("Knowledge graph");
    let page = Point {
        x: (high.x - low.x + 2.0 * MARGIN)
            .max(legend.1 + MARGIN)
            .max(width(title, 20.0) + 2.0 * MARGIN)
            .max(360.0),
        y: high.y - low.y + 2.0 * MARGIN + HEAD,
    };
    let mut svg = head(page, title, graph);
    svg.push_str(&legend.0);
    svg.push_str(&arrows);
    for shape in &shapes {
        svg.push_str(&shape.draw());
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

/// Which colour each kind has.
fn kinds(graph: &Graph) -> BTreeMap<&str, usize> {
    let mut kinds: BTreeMap<&str, usize> = (graph.nodes().values())
        .filter_map(|node| Some((node.kind.as_deref()?, 0)))
        .collect();
    for (number, colour) in kinds.values_mut().enumerate() {
        *colour = 1 + number % (COLOURS.len() - 1);
    }
    kinds
}

fn shapes<'g>(graph: &'g Graph, kinds: &BTreeMap<&str, usize>) -> Vec<Shape<'g>> {
    let mut shapes: Vec<Shape<'g>> = (graph.nodes().iter())
        .map(|(key, node)| {
            let lines = Lines::of(&node.label);
            let kind = node.kind.as_deref();
            Shape {
                key,
                node,
                size: Point {
                    x: lines.width() + 30.0,
                    y: lines.height() + 20.0,
                },
                lines,
                middle: Point::default(),
                colour: kind.and_then(|kind| kinds.get(kind)).copied().unwrap_or(0),
            }
        })
        .collect();
    let number: BTreeMap<&str, usize> = (shapes.iter().enumerate())
        .map(|(number, shape)| (shape.key, number))
        .collect();
    let ends = graph.edges().keys().filter_map(|key| {
        let source = number.get(key.source.as_str())?;
        Some((*source, *number.get(key.target.as_str())?))
    });
    let ends: Vec<(usize, usize)> = ends.collect();
    let sizes: Vec<Point> = shapes.iter().map(|shape| shape.size).collect();
    for (shape, place) in shapes.iter_mut().zip(layout::layout(&sizes, &ends)) {
        shape.middle = place;
    }
    shapes
}

fn head(page: Point, title: &str, graph: &Graph) -> String {
    let Point { x, y } = page;
    let title = escaped(title);
    let counts = format!(
        "{} nodes, {} edges, {}",
        graph.nodes().len(),
        graph.edges().len(),
        if graph.is_directed() {
            "directed"
        } else {
            "undirected"
        }
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{x:.0}\" height=\"{y:.0}\" \
         viewBox=\"0 0 {x:.0} {y:.0}\" font-family=\"system-ui, 'DejaVu Sans', sans-serif\" role=\"img\">\n\
         <title>{title}</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"{MARGIN}\" y=\"38\" font-size=\"20\" font-weight=\"600\" fill=\"#0f172a\">{title}</text>\n\
         <text x=\"{MARGIN}\" y=\"57\" font-size=\"12\" fill=\"#64748b\">{counts}</text>\n"
    )
}

/// The colours and their kinds, and how far to the right they reach.
fn legend(kinds: &BTreeMap<&str, usize>, y: f64) -> (String, f64) {
    let (mut svg, mut x) = (String::new(), MARGIN);
    // More than this nobody reads.
    for (kind, colour) in kinds.iter().take(12) {
        let (fill, stroke) = COLOURS[*colour];
        let label = text::shortened(kind, 24);
        svg.push_str(&format!(
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"13\" height=\"13\" rx=\"3\" fill=\"{fill}\" stroke=\"{stroke}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" font-size=\"12\" fill=\"#334155\">{}</text>\n",
            y - 3.0,
            x + 19.0,
            y + 8.0,
            escaped(&label),
        ));
        x += 19.0 + width(&label, 12.0) + 20.0;
    }
    (svg, x)
}

impl Shape<'_> {
    fn draw(&self) -> String {
        let (fill, stroke) = COLOURS[self.colour];
        let Point { x: w, y: h } = self.size;
        let (left, top) = (self.middle.x - w / 2.0, self.middle.y - h / 2.0);
        let told = match &self.node.kind {
            Some(kind) => format!("{} ({kind})", self.node.label),
            None => self.node.label.clone(),
        };
        let mut svg = format!(
            "<g><title>{}</title><rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" \
             rx=\"9\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"1.4\"/>",
            escaped(&told)
        );
        let mut baseline = self.middle.y - self.lines.height() / 2.0 + 13.0;
        for line in self.lines.iter() {
            svg.push_str(&format!(
                "<text x=\"{:.1}\" y=\"{baseline:.1}\" font-size=\"14\" fill=\"#0f172a\" \
                 text-anchor=\"middle\">{}</text>",
                self.middle.x,
                escaped(line)
            ));
            baseline += LINE_HEIGHT;
        }
        svg.push_str("</g>\n");
        svg
    }

    /// Whether a point lies in the box, or nearer to it than `margin`.
    fn holds(&self, point: Point, margin: f64) -> bool {
        (point.x - self.middle.x).abs() <= self.size.x / 2.0 + margin
            && (point.y - self.middle.y).abs() <= self.size.y / 2.0 + margin
    }
}
