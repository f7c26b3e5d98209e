//! A colour, on light paper and on dark.

/// A colour of the drawing: what it is on light paper, and what it is for viewers that prefer dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// As in CSS: `#25405c`.
    pub light: &'static str,
    /// The same for dark paper.
    pub dark: &'static str,
}

impl Colour {
    /// A colour for both papers.
    #[must_use]
    pub const fn new(light: &'static str, dark: &'static str) -> Self {
        Self { light, dark }
    }
}
