//! How elements look.

use std::fmt::Write as _;

use crate::{Colour, Face, Font, path::Number};

/// How elements of one class look.
///
/// Two styles with the same class have the same colours: the class is what a viewer that prefers
/// dark finds the dark ones by. Widths and opacities may differ from element to element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// The name that the style sheet knows it by.
    pub class: &'static str,
    /// The inside, or the letters of a text; `None` is nothing.
    pub fill: Option<Colour>,
    /// How much of the inside's colour is seen, from 0 to 1.
    pub fill_opacity: f64,
    /// The outline, or the line itself; `None` is nothing.
    pub stroke: Option<Colour>,
    /// How thick the line is, in pixels.
    pub stroke_width: f64,
    /// The font of a text.
    pub font: Option<Font>,
}

impl Style {
    /// A surface.
    #[must_use]
    pub const fn filled(class: &'static str, fill: Colour) -> Self {
        Self {
            class,
            fill: Some(fill),
            fill_opacity: 1.0,
            stroke: None,
            stroke_width: 1.0,
            font: None,
        }
    }

    /// A line without an inside.
    #[must_use]
    pub const fn line(class: &'static str, stroke: Colour, width: f64) -> Self {
        Self {
            class,
            fill: None,
            fill_opacity: 1.0,
            stroke: Some(stroke),
            stroke_width: width,
            font: None,
        }
    }

    /// A text.
    #[must_use]
    pub const fn text(class: &'static str, fill: Colour, font: Font) -> Self {
        Self {
            font: Some(font),
            ..Self::filled(class, fill)
        }
    }

    /// The font of a text; of other elements the one that texts have by default.
    #[must_use]
    pub const fn font(&self) -> Font {
        match self.font {
            Some(font) => font,
            None => Font::new(Face::Sans, 12.0),
        }
    }

    /// Writes the plain attributes, with a blank before each.
    pub(crate) fn write_attributes(&self, svg: &mut String) {
        let fill = self.fill.map_or("none", |it| it.light);
        write!(svg, " fill=\"{fill}\"").ok();
        if self.fill.is_some() && self.fill_opacity < 1.0 {
            write!(svg, " fill-opacity=\"{}\"", self.fill_opacity).ok();
        }
        if let Some(stroke) = self.stroke {
            write!(svg, " stroke=\"{}\"", stroke.light).ok();
            if self.stroke_width != 1.0 {
                write!(svg, " stroke-width=\"{}\"", Number(self.stroke_width)).ok();
            }
        }
        if let Some(font) = self.font {
            if font.face == Face::Mono {
                write!(svg, " font-family=\"{}\"", font.families()).ok();
            }
            write!(svg, " font-size=\"{}\"", font.size).ok();
            if font.weight != 400 {
                write!(svg, " font-weight=\"{}\"", font.weight).ok();
            }
        }
    }

    /// Writes the rule for viewers that prefer dark, where a colour differs.
    pub(crate) fn write_dark_rule(&self, css: &mut String) {
        let properties = [("fill", self.fill), ("stroke", self.stroke)];
        let differing: Vec<String> = properties
            .into_iter()
            .filter_map(|(name, colour)| Some((name, colour?)))
            .filter(|(_, colour)| colour.light != colour.dark)
            .map(|(name, colour)| format!("{name}: {};", colour.dark))
            .collect();
        if !differing.is_empty() {
            writeln!(css, ".{} {{ {} }}", self.class, differing.join(" ")).ok();
        }
    }
}
