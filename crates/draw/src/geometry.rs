//! Places and boxes, in pixels from the upper left corner.

/// A place on the page, or how wide and high something is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

/// A box.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
}

impl Rect {
    /// The box of this size around a place.
    #[must_use]
    pub fn around(middle: Point, size: Point) -> Self {
        Self {
            x: middle.x - size.x / 2.0,
            y: middle.y - size.y / 2.0,
            width: size.x,
            height: size.y,
        }
    }

    /// The smallest box around all of these; `None` around nothing.
    #[must_use]
    pub fn bounding(boxes: impl IntoIterator<Item = Self>) -> Option<Self> {
        boxes.into_iter().reduce(|all, one| {
            let (x, y) = (all.x.min(one.x), all.y.min(one.y));
            Self {
                x,
                y,
                width: all.right().max(one.right()) - x,
                height: all.bottom().max(one.bottom()) - y,
            }
        })
    }

    /// Its right edge.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Its lower edge.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// Its middle.
    #[must_use]
    pub fn middle(&self) -> Point {
        Point {
            x: self.x + self.width / 2.0,
            y: self.y + self.height / 2.0,
        }
    }

    /// Whether a place is in it, or nearer to it than `margin`.
    #[must_use]
    pub fn holds(&self, place: Point, margin: f64) -> bool {
        (self.x - margin..=self.right() + margin).contains(&place.x)
            && (self.y - margin..=self.bottom() + margin).contains(&place.y)
    }

    /// The area that both cover.
    #[must_use]
    pub fn shared_area(&self, other: &Self) -> f64 {
        let x = self.right().min(other.right()) - self.x.max(other.x);
        let y = self.bottom().min(other.bottom()) - self.y.max(other.y);
        x.max(0.0) * y.max(0.0)
    }

    /// The same box elsewhere.
    #[must_use]
    pub fn moved(self, by: Point) -> Self {
        Self {
            x: self.x + by.x,
            y: self.y + by.y,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Rect = Rect {
        x: 0.0,
        y: 0.0,
        width: 10.0,
        height: 10.0,
    };

    #[test]
    fn boxes_share_what_both_cover() {
        let other = UNIT.moved(Point { x: 6.0, y: 7.0 });
        assert_eq!(UNIT.shared_area(&other), 12.0);
        assert_eq!(
            UNIT.shared_area(&other.moved(Point { x: 4.0, y: 0.0 })),
            0.0
        );
        let both = Rect::bounding([UNIT, other]);
        assert_eq!(both.map(|it| (it.right(), it.bottom())), Some((16.0, 17.0)));
        assert_eq!(Rect::bounding([]), None);
    }

    #[test]
    fn a_place_is_in_a_box_or_near_it() {
        assert!(UNIT.holds(Point { x: 10.0, y: 0.0 }, 0.0));
        assert!(!UNIT.holds(Point { x: 11.0, y: 5.0 }, 0.5));
        assert!(UNIT.holds(Point { x: 11.0, y: 5.0 }, 1.0));
    }
}
