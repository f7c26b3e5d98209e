//! Which boxes are connected.

use std::collections::VecDeque;

/// The connected parts of so many boxes, the largest first; each part in the order of the boxes.
#[must_use]
pub fn parts(boxes: usize, lines: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let neighbours = neighbours(boxes, lines);
    let mut seen = vec![false; boxes];
    let mut parts = Vec::new();
    for start in 0..boxes {
        if seen[start] {
            continue;
        }
        let mut part: Vec<usize> = distances(start, &neighbours)
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

/// Which boxes each box is joined with, without itself.
pub(super) fn neighbours(boxes: usize, lines: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); boxes];
    for &(a, b) in lines.iter().filter(|(a, b)| a != b) {
        neighbours[a].push(b);
        neighbours[b].push(a);
    }
    neighbours
}

/// How many lines each box is away; `None` if there is no way.
pub(super) fn distances(start: usize, neighbours: &[Vec<usize>]) -> Vec<Option<u32>> {
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
