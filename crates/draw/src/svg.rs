//! The document.

use std::fmt::Write as _;

use crate::{Escaped, Face, Font, Path, Point, Rect, Style, path::Number, theme};

/// The surface that everything is drawn on.
const PAPER: Style = Style::filled("paper", theme::PAPER);

/// Which part of a text is at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A drawing that grows element by element; later ones are above earlier ones.
///
/// Its size is given when it is finished, since a drawing often knows it only then.
#[derive(Clone, Debug)]
pub struct Svg {
    title: String,
    description: String,
    styles: Vec<Style>,
    rules: String,
    body: String,
}

impl Svg {
    /// A drawing of nothing yet. Screen readers read the title.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            description: String::new(),
            styles: Vec::new(),
            rules: String::new(),
            body: String::new(),
        }
    }

    /// What it shows, in a sentence for screen readers.
    #[must_use]
    pub fn described(self, description: &str) -> Self {
        Self {
            description: description.to_owned(),
            ..self
        }
    }

    /// Adds a rule to the style sheet, for what plain attributes cannot say: `.point:hover { … }`.
    /// Viewers without style sheets do without it.
    pub fn rule(&mut self, css: &str) {
        self.rules.push_str(css);
        self.rules.push('\n');
    }

    /// A box, with corners of this radius.
    pub fn rect(&mut self, style: &Style, area: Rect, radius: f64) {
        self.begin("rect", style);
        for (name, value) in [
            ("x", area.x),
            ("y", area.y),
            ("width", area.width),
            ("height", area.height),
        ] {
            self.number(name, value);
        }
        if radius > 0.0 {
            self.number("rx", radius);
        }
        self.end(style);
    }

    /// A circle.
    pub fn circle(&mut self, style: &Style, middle: Point, radius: f64) {
        self.begin("circle", style);
        self.number("cx", middle.x);
        self.number("cy", middle.y);
        self.number("r", radius);
        self.end(style);
    }

    /// A line or an outline.
    pub fn path(&mut self, style: &Style, path: &Path) {
        self.begin("path", style);
        write!(self.body, " d=\"{path}\"").ok();
        self.end(style);
    }

    /// A text on one line; `at` is on its base line.
    pub fn text(&mut self, style: &Style, at: Point, anchor: Anchor, text: &str) {
        self.spans(style, at, anchor, &[(text, None)]);
    }

    /// A text whose parts may look differently: those with a style of their own take its colour.
    pub fn spans(
        &mut self,
        style: &Style,
        at: Point,
        anchor: Anchor,
        parts: &[(&str, Option<&Style>)],
    ) {
        self.begin("text", style);
        self.number("x", at.x);
        self.number("y", at.y);
        self.body.push_str(match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        });
        style.write_attributes(&mut self.body);
        self.body.push('>');
        for (text, own) in parts {
            match own {
                Some(own) => {
                    self.remember(own);
                    let fill = own.fill.map_or("none", |it| it.light);
                    let (class, text) = (own.class, Escaped(text));
                    write!(
                        self.body,
                        "<tspan class=\"{class}\" fill=\"{fill}\">{text}</tspan>"
                    )
                    .ok();
                }
                None => {
                    write!(self.body, "{}", Escaped(text)).ok();
                }
            }
        }
        self.body.push_str("</text>\n");
    }

    /// What belongs together, with a text that viewers show to those who point at it.
    pub fn group(&mut self, title: &str, draw: impl FnOnce(&mut Self)) {
        write!(self.body, "<g><title>{}</title>", Escaped(title)).ok();
        draw(self);
        if self.body.ends_with('\n') {
            self.body.pop();
        }
        self.body.push_str("</g>\n");
    }

    /// Puts all of another drawing above what is here: its elements and its styles.
    pub fn append(&mut self, other: &Self) {
        for style in &other.styles {
            self.remember(style);
        }
        self.rules.push_str(&other.rules);
        self.body.push_str(&other.body);
    }

    /// The document, on paper of this size in pixels.
    #[must_use]
    pub fn finish(mut self, size: Point) -> String {
        self.remember(&PAPER);
        let (width, height) = (size.x.ceil(), size.y.ceil());
        let families = Font::new(Face::Sans, 12.0).families();
        let has_description = !self.description.is_empty();
        let labels = if has_description {
            "title about"
        } else {
            "title"
        };
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{families}\" role=\"img\" \
             aria-labelledby=\"{labels}\">\n<title id=\"title\">{}</title>\n",
            Escaped(&self.title)
        );
        if has_description {
            let about = Escaped(&self.description);
            writeln!(text, "<desc id=\"about\">{about}</desc>").ok();
        }
        writeln!(text, "<style>\n{}</style>", self.sheet()).ok();
        write!(
            text,
            "<rect class=\"paper\" width=\"{width}\" height=\"{height}\""
        )
        .ok();
        PAPER.write_attributes(&mut text);
        text.push_str("/>\n");
        text.push_str(&self.body);
        text.push_str("</svg>\n");
        text
    }

    /// The dark colours, and the rules that the drawing adds.
    fn sheet(&self) -> String {
        let mut css = String::from("svg { color-scheme: light dark; }\n");
        css.push_str(&self.rules);
        css.push_str("@media (prefers-color-scheme: dark) {\n");
        for style in &self.styles {
            style.write_dark_rule(&mut css);
        }
        css.push_str("}\n");
        css
    }

    fn begin(&mut self, element: &str, style: &Style) {
        self.remember(style);
        write!(self.body, "<{element} class=\"{}\"", style.class).ok();
    }

    fn number(&mut self, name: &str, value: f64) {
        write!(self.body, " {name}=\"{}\"", Number(value)).ok();
    }

    fn end(&mut self, style: &Style) {
        style.write_attributes(&mut self.body);
        self.body.push_str("/>\n");
    }

    /// Keeps the style for the style sheet, once for each class.
    fn remember(&mut self, style: &Style) {
        if !self.styles.iter().any(|it| it.class == style.class) {
            self.styles.push(*style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAR: Style = Style::filled("bar", theme::ACCENT);

    #[test]
    fn colours_are_plain_attributes_and_the_dark_ones_an_addition() {
        let mut svg = Svg::new("A bar");
        for height in [5.0, 8.0] {
            let area = Rect {
                width: 2.0,
                height,
                ..Rect::default()
            };
            svg.rect(&BAR, area, 0.0);
        }
        let text = svg.finish(Point { x: 10.0, y: 20.0 });
        assert_eq!(text.matches("fill=\"#2160c4\"").count(), 2);
        assert_eq!(text.matches(".bar { fill: #7fb0ff; }").count(), 1);
        assert!(!text.contains("var("), "{text}");
        let sheet = text.find("@media").unwrap();
        assert!(text.find(".bar {").unwrap() > sheet, "{text}");
    }

    #[test]
    fn no_text_leaves_its_place() {
        let mut svg = Svg::new("</title><script>").described("\" onload=\"");
        let name = Style::text("name", theme::INK, Font::new(Face::Mono, 12.0));
        svg.group("<b>", |svg| {
            let parts = [("<i>", None), ("</text>", Some(&BAR))];
            svg.spans(&name, Point::default(), Anchor::End, &parts);
        });
        let text = svg.finish(Point::default());
        for markup in ["<script", "<b>", "<i>", "\" onload"] {
            assert!(!text.contains(markup), "{markup} in {text}");
        }
        assert_eq!(text.matches("</text>").count(), 1, "{text}");
        assert!(text.contains("<g><title>&lt;b&gt;</title><text class=\"name\""));
        assert!(text.contains("font-family=\"ui-monospace, monospace\""));
    }
}
