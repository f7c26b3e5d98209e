//! A graph of any kind: boxes that are joined are near each other.
//!
//! Each connected part is laid out by minimising stress: the distance of two boxes on the page is to
//! be that of the shortest way between them (Zheng, Pawar, Goodman: Graph Drawing by Stochastic
//! Gradient Descent, 2018). It is then turned so that it is wider than high, boxes that overlap are pushed apart, and
//! the parts are set in rows.

use super::{
    parts::{distances, neighbours, parts},
    rows::rows,
};
use crate::{Point, Rect};

/// How far apart neighbours are to be.
const EDGE_LENGTH: f64 = 200.0;
/// The least distance between two boxes; labels are wide, and need more beside each other.
const GAP: Point = Point { x: 64.0, y: 34.0 };
/// The distance between parts that are not connected.
const PART_GAP: Point = Point { x: 70.0, y: 70.0 };
const ROUNDS: u32 = 80;
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// Where the boxes of these sizes go, joined by these lines.
///
/// ```
/// use groundwork_draw::{Point, layout};
///
/// let sizes = [Point { x: 80.0, y: 30.0 }; 3];
/// let places = layout::stress(&sizes, &[(0, 1), (1, 2)]);
/// assert_eq!(places[0].shared_area(&places[1]), 0.0);
/// ```
#[must_use]
pub fn stress(sizes: &[Point], lines: &[(usize, usize)]) -> Vec<Rect> {
    let neighbours = neighbours(sizes.len(), lines);
    let mut middles = vec![Point::default(); sizes.len()];
    let parts = parts(sizes.len(), lines);
    for part in &parts {
        lay_out_part(part, &neighbours, sizes, &mut middles);
    }
    set_in_rows(&parts, sizes, &middles)
}

fn lay_out_part(part: &[usize], neighbours: &[Vec<usize>], sizes: &[Point], middles: &mut [Point]) {
    for (number, &node) in (0_u32..).zip(part) {
        // Along a sunflower's spiral: spread evenly, and no two in one place.
        let turn = f64::from(number) * 2.399_963;
        let reach = EDGE_LENGTH * (f64::from(number) + 0.5).sqrt();
        middles[node] = Point {
            x: reach * turn.cos(),
            y: reach * turn.sin(),
        };
    }
    let mut pairs = Vec::new();
    for &a in part {
        let distances = distances(a, neighbours);
        for &b in part.iter().filter(|b| **b > a) {
            match distances[b] {
                Some(1) => pairs.push((a, b, 1.0 + crowd(&neighbours[a]) + crowd(&neighbours[b]))),
                Some(distance) => pairs.push((a, b, f64::from(distance))),
                None => {}
            }
        }
    }
    lower_stress(&mut pairs, middles);
    lay_flat(part, middles);
    push_apart(part, sizes, middles);
}

/// How much farther away the neighbours of a node are, so that there is room for all of them.
fn crowd(neighbours: &[usize]) -> f64 {
    let many = u32::try_from(neighbours.len()).unwrap_or(u32::MAX);
    (f64::from(many.saturating_sub(4)) * 0.05).min(0.6)
}

/// Each step moves two nodes towards the distance that they are to have, the later the less.
fn lower_stress(pairs: &mut [(usize, usize, f64)], middles: &mut [Point]) {
    let farthest = pairs.iter().fold(1.0, |most: f64, pair| most.max(pair.2));
    let (first, last) = (farthest * farthest, 0.1_f64);
    let decay = (last / first).ln() / f64::from(ROUNDS - 1);
    let mut random = Random(SEED);
    for round in 0..ROUNDS {
        let rate = first * (decay * f64::from(round)).exp();
        random.shuffle(pairs);
        for &(a, b, distance) in pairs.iter() {
            let step = (rate / (distance * distance)).min(1.0);
            let (dx, dy) = (middles[a].x - middles[b].x, middles[a].y - middles[b].y);
            let length = dx.hypot(dy).max(0.01);
            let move_by = step * (length - distance * EDGE_LENGTH) / (2.0 * length);
            middles[a].x -= move_by * dx;
            middles[a].y -= move_by * dy;
            middles[b].x += move_by * dx;
            middles[b].y += move_by * dy;
        }
    }
}

/// Turns the part so that it is widest from left to right.
fn lay_flat(part: &[usize], middles: &mut [Point]) {
    let count = part.iter().fold(0.0, |count, _| count + 1.0);
    let mean = part.iter().fold(Point::default(), |sum, node| Point {
        x: sum.x + middles[*node].x / count,
        y: sum.y + middles[*node].y / count,
    });
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for &node in part {
        let (x, y) = (middles[node].x - mean.x, middles[node].y - mean.y);
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    let turn = -0.5 * (2.0 * xy).atan2(xx - yy);
    for &node in part {
        let (x, y) = (middles[node].x - mean.x, middles[node].y - mean.y);
        middles[node] = Point {
            x: x * turn.cos() - y * turn.sin(),
            y: x * turn.sin() + y * turn.cos(),
        };
    }
}

/// Pushes boxes that overlap apart, the shorter way.
fn push_apart(part: &[usize], sizes: &[Point], middles: &mut [Point]) {
    for _ in 0..300 {
        let mut moved = false;
        for (number, &a) in part.iter().enumerate() {
            for &b in &part[number + 1..] {
                let x = middles[b].x - middles[a].x;
                let y = middles[b].y - middles[a].y;
                let over_x = f64::midpoint(sizes[a].x, sizes[b].x) + GAP.x - x.abs();
                let over_y = f64::midpoint(sizes[a].y, sizes[b].y) + GAP.y - y.abs();
                if over_x <= 0.0 || over_y <= 0.0 {
                    continue;
                }
                moved = true;
                if over_x < over_y {
                    let half = (over_x / 2.0 + 0.01).copysign(x);
                    middles[a].x -= half;
                    middles[b].x += half;
                } else {
                    let half = (over_y / 2.0 + 0.01).copysign(y);
                    middles[a].y -= half;
                    middles[b].y += half;
                }
            }
        }
        if !moved {
            return;
        }
    }
}

/// Sets the parts beside each other, in rows.
fn set_in_rows(parts: &[Vec<usize>], sizes: &[Point], middles: &[Point]) -> Vec<Rect> {
    let around = |node: usize| Rect::around(middles[node], sizes[node]);
    let bounds: Vec<Rect> = (parts.iter())
        .filter_map(|part| Rect::bounding(part.iter().map(|node| around(*node))))
        .collect();
    let extents: Vec<Point> = (bounds.iter())
        .map(|it| Point {
            x: it.width,
            y: it.height,
        })
        .collect();
    let mut places = vec![Rect::default(); sizes.len()];
    let targets = rows(&extents, PART_GAP, 0.0);
    for ((part, bounds), target) in parts.iter().zip(&bounds).zip(targets) {
        let by = Point {
            x: target.x - bounds.x,
            y: target.y - bounds.y,
        };
        for &node in part {
            places[node] = around(node).moved(by);
        }
    }
    places
}

/// Steele, Lea, Flood: SplitMix64, 2014. Drawings need the same numbers every time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(SEED);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let choices = u64::try_from(last + 1).unwrap_or(u64::MAX);
            let pick = usize::try_from(self.next() % choices).unwrap_or(0);
            items.swap(last, pick);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Point = Point { x: 120.0, y: 40.0 };

    fn assert_apart(places: &[Rect]) {
        for (number, a) in places.iter().enumerate() {
            for b in &places[number + 1..] {
                assert_eq!(a.shared_area(b), 0.0, "{a:?} and {b:?} overlap");
            }
        }
    }

    #[test]
    fn no_two_boxes_overlap_and_the_same_graph_is_laid_out_the_same_way() {
        let star: Vec<(usize, usize)> = (1..40).map(|leaf| (0, leaf)).collect();
        let full: Vec<(usize, usize)> = (0..40).flat_map(|a| (0..a).map(move |b| (a, b))).collect();
        for edges in [star, full, Vec::new(), vec![(0, 0), (1, 2)]] {
            let places = stress(&[BOX; 40], &edges);
            assert_apart(&places);
            assert_eq!(places, stress(&[BOX; 40], &edges));
        }
    }

    #[test]
    fn a_chain_is_laid_out_flat() {
        let edges: Vec<(usize, usize)> = (1..8).map(|node| (node - 1, node)).collect();
        let places = stress(&[BOX; 8], &edges);
        let all = Rect::bounding(places.iter().copied()).unwrap();
        assert!(all.width > 3.0 * all.height, "{places:?}");
    }
}
