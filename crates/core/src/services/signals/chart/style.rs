//! How the parts of a chart look.

use groundwork_draw::{Face, Font, Style, theme};

const SMALL: Font = Font::new(Face::Sans, 12.0);

pub(super) const TITLE: Style =
    Style::text("title", theme::INK, Font::new(Face::Sans, 20.0).bold());
pub(super) const CAPTION: Style = Style::text("caption", theme::FAINT, SMALL);
pub(super) const CONTEXT: Style = Style::text("context", theme::INK, SMALL.bold());
pub(super) const VALUE: Style =
    Style::text("value", theme::ACCENT, Font::new(Face::Sans, 13.0).bold());

pub(super) const GRID: Style = Style::line("grid", theme::RULE, 1.0);
pub(super) const ZERO: Style = Style::line("zero", theme::LINE, 1.0);
pub(super) const TICK: Style = Style::line("tick", theme::MUTED, 1.0);

/// From the least to the greatest score.
pub(super) const BAND: Style = Style {
    fill_opacity: 0.2,
    ..Style::filled("band", theme::ACCENT)
};
pub(super) const BAR: Style = Style::filled("bar", theme::MUTED);
pub(super) const DOT: Style = Style::filled("dot", theme::ACCENT);
pub(super) const MEAN: Style = Style::line("mean", theme::ACCENT, 2.0);
pub(super) const LAST: Style = Style {
    stroke: Some(theme::PAPER),
    stroke_width: 2.0,
    ..Style::filled("last", theme::ACCENT)
};
/// Seen only where someone points at it.
pub(super) const POINT: Style = Style {
    fill_opacity: 0.0,
    ..Style::filled("point", theme::INK)
};

/// What plain attributes cannot say.
pub(super) const RULES: [&str; 2] = [
    "text { font-variant-numeric: tabular-nums; }",
    ".point:hover { fill-opacity: .07; }",
];
