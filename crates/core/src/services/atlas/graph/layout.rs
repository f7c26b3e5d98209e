//! Where the nodes of a drawing stand: the same graph stands the same way every time.
//!
//! Each connected part is laid out by minimising stress: the distance of two nodes on the page is to
//! be that of the shortest way between them (Zheng, Pawar, Goodman: Graph Drawing by Stochastic
//! Gradient Descent, 2018). It is then turned to lie flat, boxes that overlap are pushed apart, and
//! the parts are set in rows.

use std::collections::VecDeque;

/// A place on the page, or the size of a box, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// How far apart neighbours are to stand.
const EDGE_LENGTH: f64 = 200.0;
/// The least distance between two boxes; labels lie flat, and need more beside each other.
const GAP: Point = Point { x: 64.0, y: 34.0 };
/// The distance between parts that are not connected.
const PART_GAP: f64 = 70.0;
const ROUNDS: u32 = 80;
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// The middles of boxes of these sizes, joined by these edges.
pub(super) fn layout(sizes: &[Point], edges: &[(usize, usize)]) -> Vec<Point> {
    let mut neighbours = vec![Vec::new(); sizes.len()];
    for &(a, b) in edges.iter().filter(|(a, b)| a != b) {
        neighbours[a].push(b);
        neighbours[b].push(a);
    }
    let mut places = vec![Point::default(); sizes.len()];
    let parts = parts(&neighbours);
    for part in &parts {
        lay_out_part(part, &neighbours, sizes, &mut places);
    }
    set_in_rows(&parts, sizes, &mut places);
    places
}

/// The connected parts, the largest first.
fn parts(neighbours: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; neighbours.len()];
    let mut parts = Vec::new();
    for start in 0..neighbours.len() {
        if seen[start] {
            continue;
        }
        let mut part: Vec<usize> = distances(start, neighbours)
            .iter()
            .enumerate()
            .filter_map(|(node, distance)| distance.map(|_| node))
            .collect();
        part.iter().for_each(|node| seen[*node] = true);
        part.sort_unstable();
        parts.push(part);
    }
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts
}

/// How many edges each node is away; `None` if there is no way.
fn distances(start: usize, neighbours: &[Vec<usize>]) -> Vec<Option<u32>> {
    let mut found = vec![None; neighbours.len()];
    found[start] = Some(0);
    let mut queue = VecDeque::from([(start, 0)]);
    while let Some((node, distance)) = queue.pop_front() {
        for &next in &neighbours[node] {
            if found[next].is_none() {
                found[next] = Some(distance + 1);
                queue.push_back((next, distance + 1));
            }
        }
    }
    found
}

fn lay_out_part(part: &[usize], neighbours: &[Vec<usize>], sizes: &[Point], places: &mut [Point]) {
    for (number, &node) in (0_u32..).zip(part) {
        // Along a sunflower's spiral: spread evenly, and no two in one place.
        let turn = f64::from(number) * 2.399_963;
        let reach = EDGE_LENGTH * (f64::from(number) + 0.5).sqrt();
        places[node] = Point {
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
    lower_stress(&mut pairs, places);
    lay_flat(part, places);
    push_apart(part, sizes, places);
}

/// How much farther away the neighbours of a node stand, for there to be room for all of them.
fn crowd(neighbours: &[usize]) -> f64 {
    let many = u32::try_from(neighbours.len()).unwrap_or(u32::MAX);
    (f64::from(many.saturating_sub(4)) * 0.05).min(0.6)
}

/// Each step moves two nodes towards the distance that they are to have, the later the less.
fn lower_stress(pairs: &mut [(usize, usize, f64)], places: &mut [Point]) {
    let farthest = pairs.iter().fold(1.0, |most: f64, pair| most.max(pair.2));
    let (first, last) = (farthest * farthest, 0.1_f64);
    let decay = (last / first).ln() / f64::from(ROUNDS - 1);
    let mut random = Random(SEED);
    for round in 0..ROUNDS {
        let rate = first * (decay * f64::from(round)).exp();
        random.shuffle(pairs);
        for &(a, b, distance) in pairs.iter() {
            let step = (rate / (distance * distance)).min(1.0);
            let (dx, dy) = (places[a].x - places[b].x, places[a].y - places[b].y);
            let length = dx.hypot(dy).max(0.01);
            let move_by = step * (length - distance * EDGE_LENGTH) / (2.0 * length);
            places[a].x -= move_by * dx;
            places[a].y -= move_by * dy;
            places[b].x += move_by * dx;
            places[b].y += move_by * dy;
        }
    }
}

/// Turns the part so that it is widest from left to right.
fn lay_flat(part: &[usize], places: &mut [Point]) {
    let count = part.iter().fold(0.0, |count, _| count + 1.0);
    let mean = part.iter().fold(Point::default(), |sum, node| Point {
        x: sum.x + places[*node].x / count,
        y: sum.y + places[*node].y / count,
    });
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for &node in part {
        let (x, y) = (places[node].x - mean.x, places[node].y - mean.y);
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    let turn = -0.5 * (2.0 * xy).atan2(xx - yy);
    for &node in part {
        let (x, y) = (places[node].x - mean.x, places[node].y - mean.y);
        places[node] = Point {
            x: x * turn.cos() - y * turn.sin(),
            y: x * turn.sin() + y * turn.cos(),
        };
    }
}

/// Pushes boxes that overlap apart, the shorter way.
fn push_apart(part: &[usize], sizes: &[Point], places: &mut [Point]) {
    for _ in 0..300 {
        let mut moved = false;
        for (number, &a) in part.iter().enumerate() {
            for &b in &part[number + 1..] {
                let x = places[b].x - places[a].x;
                let y = places[b].y - places[a].y;
                let over_x = f64::midpoint(sizes[a].x, sizes[b].x) + GAP.x - x.abs();
                let over_y = f64::midpoint(sizes[a].y, sizes[b].y) + GAP.y - y.abs();
                if over_x <= 0.0 || over_y <= 0.0 {
                    continue;
                }
                moved = true;
                if over_x < over_y {
                    let half = (over_x / 2.0 + 0.01).copysign(x);
                    places[a].x -= half;
                    places[b].x += half;
                } else {
                    let half = (over_y / 2.0 + 0.01).copysign(y);
                    places[a].y -= half;
                    places[b].y += half;
                }
            }
        }
        if !moved {
            return;
        }
    }
}

/// Sets the parts beside each other, in rows about as wide as all of them together are high.
fn set_in_rows(parts: &[Vec<usize>], sizes: &[Point], places: &mut [Point]) {
    let boxes: Vec<(Point, Point)> = (parts.iter())
        .map(|part| bounds(part.iter().map(|node| (places[*node], sizes[*node]))))
        .collect();
    let extent = |(low, high): &(Point, Point)| Point {
        x: high.x - low.x + PART_GAP,
        y: high.y - low.y + PART_GAP,
    };
    let area: f64 = boxes.iter().map(extent).map(|size| size.x * size.y).sum();
    let widest = boxes
        .iter()
        .map(extent)
        .fold(0.0, |w: f64, size| w.max(size.x));
    let width = widest.max((area * 1.6).sqrt());
    let (mut at, mut row) = (Point::default(), 0.0_f64);
    for (part, area) in parts.iter().zip(&boxes) {
        let size = extent(area);
        if at.x > 0.0 && at.x + size.x > width {
            at = Point {
                x: 0.0,
                y: at.y + row,
            };
            row = 0.0;
        }
        for &node in part {
            places[node].x += at.x - area.0.x;
            places[node].y += at.y - area.0.y;
        }
        at.x += size.x;
        row = row.max(size.y);
    }
}

/// The corners of the smallest box around these boxes, each given by its middle and its size.
pub(super) fn bounds(boxes: impl Iterator<Item = (Point, Point)>) -> (Point, Point) {
    let (far, near) = (f64::INFINITY, f64::NEG_INFINITY);
    let start = (Point { x: far, y: far }, Point { x: near, y: near });
    let (low, high) = boxes.fold(start, |(low, high), (middle, size)| {
        let low = Point {
            x: low.x.min(middle.x - size.x / 2.0),
            y: low.y.min(middle.y - size.y / 2.0),
        };
        let high = Point {
            x: high.x.max(middle.x + size.x / 2.0),
            y: high.y.max(middle.y + size.y / 2.0),
        };
        (low, high)
    });
    if low.x > high.x {
        return (Point::default(), Point::default());
    }
    (low, high)
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

    fn assert_apart(places: &[Point]) {
        for (number, a) in places.iter().enumerate() {
            for b in &places[number + 1..] {
                let apart = (a.x - b.x).abs() >= BOX.x || (a.y - b.y).abs() >= BOX.y;
                assert!(apart, "{a:?} and {b:?} overlap");
            }
        }
    }

    #[test]
    fn no_two_boxes_overlap_and_the_same_graph_stands_the_same_way() {
        let star: Vec<(usize, usize)> = (1..40).map(|leaf| (0, leaf)).collect();
        let full: Vec<(usize, usize)> = (0..40).flat_map(|a| (0..a).map(move |b| (a, b))).collect();
        for edges in [star, full, Vec::new(), vec![(0, 0), (1, 2)]] {
            let places = layout(&[BOX; 40], &edges);
            assert_apart(&places);
            assert_eq!(places, layout(&[BOX; 40], &edges));
        }
    }

    #[test]
    fn a_chain_lies_flat() {
        let edges: Vec<(usize, usize)> = (1..8).map(|node| (node - 1, node)).collect();
        let places = layout(&[BOX; 8], &edges);
        let (low, high) = bounds(places.iter().map(|place| (*place, BOX)));
        assert!(high.x - low.x > 3.0 * (high.y - low.y), "{places:?}");
    }
}
