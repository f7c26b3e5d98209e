//! A table as a box: its name, and a row for each column.

use groundwork_draw::{Anchor, Colour, Face, Font, Path, Point, Rect, Style, Svg, theme};
use groundwork_schema::model::{Column, Table};

use super::{relation::marks, types::shown};

const FONT: Font = Font::new(Face::Mono, 12.0);
const BOX: Style = Style {
    stroke: Some(theme::LINE),
    ..Style::filled("box", theme::BOX)
};
const HEAD: Style = Style::filled("head", HEAD_COLOUR);
const HEAD_COLOUR: Colour = Colour::new("#25405c", "#35587d");
const ON_HEAD: Colour = Colour::new("#ffffff", "#f2f5f8");
const KEY_COLOUR: Colour = Colour::new("#b4581a", "#e8975a");
const NAME: Style = Style::text("name", ON_HEAD, Font::new(Face::Mono, 13.0).bold());
const COLUMN: Style = Style::text("column", theme::INK, FONT);
const KIND: Style = Style::text("kind", theme::FAINT, FONT);
const KEY: Style = Style::text("key", KEY_COLOUR, Font::new(Face::Mono, 10.0).bold());
const RULE: Style = Style::line("rule", theme::RULE, 1.0);

/// The height of a column's row, in pixels.
pub(super) const ROW: f64 = 20.0;
/// The height of the name's row.
pub(super) const HEADER: f64 = 28.0;
const PADDING: f64 = 10.0;
const MARKS: f64 = 46.0;
const RADIUS: f64 = 6.0;

/// How much room a table takes.
pub(super) fn size(table: &Table) -> Point {
    let rows = table.columns.iter().map(|column| {
        let texts = FONT.width(&column.name) + FONT.width(&shown(&column.kind));
        MARKS + texts + FONT.width("   ")
    });
    let name = NAME.font().width(&table.name);
    Point {
        x: (rows.fold(name, f64::max) + 2.0 * PADDING).ceil(),
        y: HEADER + ROW * count(table.columns.len()) + PADDING / 2.0,
    }
}

pub(super) fn draw(svg: &mut Svg, table: &Table, place: Rect) {
    svg.rect(&BOX, place, RADIUS);
    svg.path(&HEAD, &head(place));
    let base = Point {
        x: place.x + PADDING,
        y: place.y + HEADER - 9.0,
    };
    svg.text(&NAME, base, Anchor::Start, &table.name);
    let mut y = place.y + HEADER;
    for (number, column) in table.columns.iter().enumerate() {
        if number > 0 {
            let start = Point {
                x: place.x + 1.0,
                y,
            };
            svg.path(&RULE, &Path::from(start).horizontal(place.right() - 1.0));
        }
        row(svg, table, column, place, y + 14.0);
        y += ROW;
    }
}

/// The marks, the name, and on the right the type of a column.
fn row(svg: &mut Svg, table: &Table, column: &Column, place: Rect, y: f64) {
    let at = |x: f64| Point { x, y };
    let marks = marks(table, column).join(" ");
    if !marks.is_empty() {
        svg.text(&KEY, at(place.x + PADDING), Anchor::Start, &marks);
    }
    let null = if column.nullable { "?" } else { "" };
    let name = [(column.name.as_str(), None), (null, Some(&KIND))];
    let shown_parts = if column.nullable {
        &name[..]
    } else {
        &name[..1]
    };
    let start = at(place.x + PADDING + MARKS - 4.0);
    svg.spans(&COLUMN, start, Anchor::Start, shown_parts);
    let end = at(place.right() - PADDING);
    svg.text(&KIND, end, Anchor::End, &shown(&column.kind));
}

/// The surface behind the name, round at its upper corners.
fn head(place: Rect) -> Path {
    let Rect { x, y, .. } = place;
    let (right, low) = (place.right(), y + HEADER);
    let at = |x: f64, y: f64| Point { x, y };
    Path::from(at(x, low))
        .vertical(y + RADIUS)
        .quadratic(at(x, y), at(x + RADIUS, y))
        .horizontal(right - RADIUS)
        .quadratic(at(right, y), at(right, y + RADIUS))
        .vertical(low)
        .close()
}

#[expect(clippy::cast_precision_loss, reason = "nobody draws 2^52 of anything")]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}
