//! A series as a picture: SVG of 960 × 420, light or dark as its viewer prefers.
//!
//! The line is the mean, the band reaches from the least to the greatest score, the bars count the
//! articles; where there are no articles, line and band are broken. Hours or days that would be
//! closer than two units are pooled. The same points give the same bytes.

mod axis;
mod scale;
mod series_chart;
mod style;
mod svg;
#[cfg(test)]
mod tests;
mod text;

pub use series_chart::Chart;
