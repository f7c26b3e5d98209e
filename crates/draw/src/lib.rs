//! Drawings as SVG: what the pictures of a program have in common.
//!
//! - [`Svg`] is the document. Each element has a [`Style`], whose colours are plain attributes, so
//!   that librsvg, Inkscape and the viewers of Markdown show them; a style sheet adds the dark ones
//!   for viewers that prefer them.
//! - [`theme`] holds the colours that all drawings share.
//! - [`Font`] measures texts without a font at hand, and [`Escaped`] writes them.
//! - [`layout`] says where boxes go: [`stress`](layout::stress) for a graph of any kind,
//!   [`layered`](layout::layered) for one with a direction, [`rows`](layout::rows) for boxes that are
//!   not connected.
//!
//! The same drawing gives the same bytes. Nothing here knows what is drawn.
//!
//! ```
//! use groundwork_draw::{Anchor, Face, Font, Point, Rect, Style, Svg, theme};
//!
//! const BOX: Style = Style { stroke: Some(theme::LINE), ..Style::filled("box", theme::BOX) };
//! const NAME: Style = Style::text("name", theme::INK, Font::new(Face::Sans, 14.0));
//!
//! let mut svg = Svg::new("Two boxes");
//! for (place, name) in ["tea & scones", "toast"].into_iter().enumerate() {
//!     let y = 20.0 + 60.0 * place as f64;
//!     let width = NAME.font().width(name) + 20.0;
//!     svg.rect(&BOX, Rect { x: 20.0, y, width, height: 40.0 }, 6.0);
//!     svg.text(&NAME, Point { x: 30.0, y: y + 25.0 }, Anchor::Start, name);
//! }
//! let text = svg.finish(Point { x: 160.0, y: 140.0 });
//! assert!(text.contains(">tea &amp; scones</text>"));
//! assert!(text.contains("prefers-color-scheme: dark"));
//! ```

mod colour;
mod escape;
mod font;
mod geometry;
pub mod layout;
mod path;
mod style;
mod svg;
pub mod theme;

pub use colour::Colour;
pub use escape::{Escaped, Quoted};
pub use font::{Face, Font, shortened};
pub use geometry::{Point, Rect};
pub use path::Path;
pub use style::Style;
pub use svg::{Anchor, Svg};
