//! Quadratic Bézier curves between boxes.

use groundwork_draw::{Path, Point, Rect};

/// A quadratic Bézier curve: its beginning, its control point and its end.
#[derive(Clone, Copy)]
pub(super) struct Curve(pub(super) Point, pub(super) Point, pub(super) Point);

impl Curve {
    /// A curve that is `by` pixels beside the straight line at its middle.
    pub(super) fn bent(from: Point, to: Point, by: f64) -> Self {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = dx.hypot(dy).max(1.0);
        let control = Point {
            x: f64::midpoint(from.x, to.x) - dy / length * by * 2.0,
            y: f64::midpoint(from.y, to.y) + dx / length * by * 2.0,
        };
        Self(from, control, to)
    }

    /// The place on it after the share `t` of its way.
    pub(super) fn at(&self, t: f64) -> Point {
        let (a, b, c) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
        Point {
            x: a * self.0.x + b * self.1.x + c * self.2.x,
            y: a * self.0.y + b * self.1.y + c * self.2.y,
        }
    }

    /// The same from its end to its beginning.
    pub(super) fn turned(self) -> Self {
        Self(self.2, self.1, self.0)
    }

    /// Whether it crosses a box or comes near to it.
    pub(super) fn crosses(&self, area: &Rect) -> bool {
        (1..24).any(|t| area.holds(self.at(f64::from(t) / 24.0), 6.0))
    }

    /// The part of it that is between the borders of two boxes.
    pub(super) fn between(self, source: &Rect, target: &Rect) -> Self {
        let from = self.border(source, 1.0, 0.0, 1.0);
        let to = self.border(target, 2.0, 1.0, 0.0);
        if from >= to {
            return self;
        }
        let control = Point {
            x: blossom(self.0.x, self.1.x, self.2.x, from, to),
            y: blossom(self.0.y, self.1.y, self.2.y, from, to),
        };
        Self(self.at(from), control, self.at(to))
    }

    pub(super) fn path(&self) -> Path {
        Path::from(self.0).quadratic(self.1, self.2)
    }

    /// Where the curve leaves a box that it is in at `inside` and out of at `outside`.
    fn border(&self, area: &Rect, margin: f64, mut inside: f64, mut outside: f64) -> f64 {
        for _ in 0..30 {
            let middle = f64::midpoint(inside, outside);
            if area.holds(self.at(middle), margin) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        outside
    }
}

/// The control point of a part of a quadratic curve.
fn blossom(a: f64, b: f64, c: f64, s: f64, t: f64) -> f64 {
    (1.0 - s) * (1.0 - t) * a + (s * (1.0 - t) + t * (1.0 - s)) * b + s * t * c
}
