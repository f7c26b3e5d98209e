//! The page: its title, the legend, the arrows and the boxes.

use std::collections::BTreeMap;

use groundwork_draw::{Anchor, Face, Font, Point, Rect, Style, Svg, shortened, theme};

use super::{
    edges,
    limits::{MAX_EDGES, MAX_NODES, TooLargeToDraw},
    shape::{kinds, shapes},
};
use crate::services::atlas::graph::model::Graph;

const TITLE: Style = Style::text("title", theme::INK, Font::new(Face::Sans, 20.0).bold());
const CAPTION: Style = Style::text("caption", theme::FAINT, Font::new(Face::Sans, 12.0));

/// Around everything.
const MARGIN: f64 = 48.0;
/// The room for the title and the legend.
const HEAD: f64 = 92.0;

/// Draws a graph.
pub(in super::super) fn render(graph: &Graph) -> Result<String, TooLargeToDraw> {
    let (nodes, edges) = (graph.nodes().len(), graph.edges().len());
    if nodes > MAX_NODES || edges > MAX_EDGES {
        return Err(TooLargeToDraw { nodes, edges });
    }
    let kinds = kinds(graph);
    let mut shapes = shapes(graph, &kinds);
    let bounds = Rect::bounding(shapes.iter().map(|shape| shape.area)).unwrap_or_default();
    for shape in &mut shapes {
        shape.area = shape.area.moved(Point {
            x: MARGIN - bounds.x,
            y: HEAD + MARGIN - bounds.y,
        });
    }
    let title = graph.title().or(graph.name()).unwrap_or("Knowledge graph");
    let mut svg = Svg::new(title);
    heading(&mut svg, title, graph);
    let legend = legend(&mut svg, &kinds, HEAD - 22.0);
    edges::draw(&mut svg, graph, &shapes);
    for shape in &shapes {
        shape.draw(&mut svg);
    }
    Ok(svg.finish(Point {
        x: (bounds.width + 2.0 * MARGIN)
            .max(legend + MARGIN)
            .max(TITLE.font().width(title) + 2.0 * MARGIN)
            .max(360.0),
        y: bounds.height + 2.0 * MARGIN + HEAD,
    }))
}

fn heading(svg: &mut Svg, title: &str, graph: &Graph) {
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
    let at = |y: f64| Point { x: MARGIN, y };
    svg.text(&TITLE, at(38.0), Anchor::Start, title);
    svg.text(&CAPTION, at(57.0), Anchor::Start, &counts);
}

/// The colours and their kinds; returns how far to the right they reach.
fn legend(svg: &mut Svg, kinds: &BTreeMap<&str, &'static Style>, y: f64) -> f64 {
    let mut x = MARGIN;
    // More than this nobody reads.
    for (kind, style) in kinds.iter().take(12) {
        let label = shortened(kind, 24);
        let area = Rect {
            x,
            y: y - 3.0,
            width: 13.0,
            height: 13.0,
        };
        svg.rect(style, area, 3.0);
        let at = Point {
            x: x + 19.0,
            y: y + 8.0,
        };
        svg.text(&CAPTION, at, Anchor::Start, &label);
        x += 19.0 + CAPTION.font().width(&label) + 20.0;
    }
    x
}
