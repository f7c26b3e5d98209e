//! The colours that all drawings share.

use crate::Colour;

/// What everything is drawn on.
pub const PAPER: Colour = Colour::new("#ffffff", "#14181d");
/// The inside of a box.
pub const BOX: Colour = Colour::new("#ffffff", "#1c2229");
/// Titles and names.
pub const INK: Colour = Colour::new("#17202b", "#e4eaf1");
/// Secondary texts: types, captions, the figures of an axis.
pub const FAINT: Colour = Colour::new("#5b6673", "#97a3b1");
/// Outlines and lines between boxes.
pub const LINE: Colour = Colour::new("#8a97a6", "#6c7a8a");
/// Lines that only guide the eye.
pub const RULE: Colour = Colour::new("#e3e7ec", "#2b333c");
/// What the drawing is about: the line of a chart, our bar among others.
pub const ACCENT: Colour = Colour::new("#2160c4", "#7fb0ff");
/// What is beside it: bars behind a line, the bars of others.
pub const MUTED: Colour = Colour::new("#b3c0d2", "#44566e");

/// Fill and outline for things of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The inside.
    pub fill: Colour,
    /// The outline.
    pub outline: Colour,
}

/// Colours that distinguish kinds; the first is for things of no kind.
pub const KINDS: [Kind; 9] = [
    kind(("#f1f5f9", "#64748b"), ("#232b34", "#8795a8")),
    kind(("#dbeafe", "#2563eb"), ("#172c52", "#6ea0f7")),
    kind(("#fef3c7", "#d97706"), ("#3b2b0e", "#e0a33e")),
    kind(("#dcfce7", "#16a34a"), ("#12331f", "#4cc07a")),
    kind(("#fce7f3", "#db2777"), ("#40162c", "#e86fa8")),
    kind(("#ede9fe", "#7c3aed"), ("#2a1f4d", "#a583f3")),
    kind(("#ccfbf1", "#0d9488"), ("#0d3431", "#3cbdb0")),
    kind(("#ffe4e6", "#e11d48"), ("#421620", "#f0718c")),
    kind(("#ecfccb", "#65a30d"), ("#26350f", "#97c84a")),
];

/// Fill and outline on light paper, and on dark.
const fn kind(light: (&'static str, &'static str), dark: (&'static str, &'static str)) -> Kind {
    Kind {
        fill: Colour::new(light.0, dark.0),
        outline: Colour::new(light.1, dark.1),
    }
}
