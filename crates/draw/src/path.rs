//! Lines and outlines.

use std::fmt::{self, Write as _};

use crate::Point;

/// A line, or an outline, as the attribute `d` of SVG's `path` describes it.
///
/// ```
/// use groundwork_draw::{Path, Point};
///
/// let path = Path::from(Point { x: 1.0, y: 2.0 }).horizontal(8.25).vertical(4.0);
/// assert_eq!(path.to_string(), "M1 2H8.3V4");
/// ```
#[derive(Clone, Debug)]
pub struct Path(String);

impl Path {
    /// A path that begins here.
    #[must_use]
    pub fn from(start: Point) -> Self {
        Self(String::new()).add('M', &[start])
    }

    /// Leaves out the way to a place.
    #[must_use]
    pub fn jump(self, to: Point) -> Self {
        self.add('M', &[to])
    }

    /// A straight line.
    #[must_use]
    pub fn line(self, to: Point) -> Self {
        self.add('L', &[to])
    }

    /// A straight line through all of these places.
    #[must_use]
    pub fn lines(self, through: impl IntoIterator<Item = Point>) -> Self {
        through.into_iter().fold(self, Self::line)
    }

    /// A level line to this far right.
    #[must_use]
    pub fn horizontal(mut self, x: f64) -> Self {
        write!(self.0, "H{}", Number(x)).ok();
        self
    }

    /// An upright line to this far down.
    #[must_use]
    pub fn vertical(mut self, y: f64) -> Self {
        write!(self.0, "V{}", Number(y)).ok();
        self
    }

    /// A quadratic Bézier curve.
    #[must_use]
    pub fn quadratic(self, control: Point, to: Point) -> Self {
        self.add('Q', &[control, to])
    }

    /// A cubic Bézier curve.
    #[must_use]
    pub fn cubic(self, first: Point, second: Point, to: Point) -> Self {
        self.add('C', &[first, second, to])
    }

    /// A line back to the beginning.
    #[must_use]
    pub fn close(mut self) -> Self {
        self.0.push('Z');
        self
    }

    fn add(mut self, command: char, places: &[Point]) -> Self {
        self.0.push(command);
        for (number, place) in places.iter().enumerate() {
            let blank = if number > 0 { " " } else { "" };
            write!(self.0, "{blank}{} {}", Number(place.x), Number(place.y)).ok();
        }
        self
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A number to a tenth of a pixel, as short as it can be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number(pub(crate) f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Adding zero takes the sign of a zero.
        write!(f, "{}", (self.0 * 10.0).round() / 10.0 + 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let shown = [1.0, 1.26, -0.04, 1e3, 2.0 / 3.0].map(|it| Number(it).to_string());
        assert_eq!(shown, ["1", "1.3", "0", "1000", "0.7"]);
    }
}
