//! Boxes that are not connected, in rows.

use crate::{Point, Rect};

/// The boxes of these sizes beside each other in rows, in their order, with `gap` between them. The
/// whole is about half as wide again as it is high, and wide enough for the widest box and for
/// `least_width`.
#[must_use]
pub fn rows(sizes: &[Point], gap: Point, least_width: f64) -> Vec<Rect> {
    let area: f64 = sizes.iter().map(|it| (it.x + gap.x) * (it.y + gap.y)).sum();
    let widest = sizes.iter().fold(least_width, |most, it| most.max(it.x));
    let width = widest.max((area * 1.6).sqrt());
    let (mut at, mut row) = (Point::default(), 0.0_f64);
    let mut places = Vec::with_capacity(sizes.len());
    for size in sizes {
        if at.x > 0.0 && at.x + size.x > width {
            at = Point {
                x: 0.0,
                y: at.y + row + gap.y,
            };
            row = 0.0;
        }
        places.push(Rect {
            x: at.x,
            y: at.y,
            width: size.x,
            height: size.y,
        });
        at.x += size.x + gap.x;
        row = row.max(size.y);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_boxes_are_about_as_high_as_wide_and_none_overlap() {
        let sizes: Vec<Point> = (0..100_u32)
            .map(|n| Point {
                x: 200.0,
                y: f64::from(60 + n % 7 * 20),
            })
            .collect();
        let places = rows(&sizes, Point { x: 30.0, y: 30.0 }, 0.0);
        let all = Rect::bounding(places.iter().copied()).unwrap();
        assert!(all.width > all.height && all.width < 3.0 * all.height);
        for (number, place) in places.iter().enumerate() {
            for other in &places[number + 1..] {
                assert_eq!(place.shared_area(other), 0.0, "{place:?} {other:?}");
            }
        }
    }
}
