//! The score of a hit.
//!
//! A segment is worth more the more of its words match (a term's frequency, saturated and
//! divided by the segment's length, as BM25 has it; Robertson and Zaragoza 2009), and the closer the
//! terms are to each other. How rare a term is does not count: every hit holds every term.

use super::query::{Query, Term};
use crate::page::PageLimit;

/// BM25's `k1` and `b`, as is usual.
const SATURATION: f64 = 1.2;
const LENGTH_WEIGHT: f64 = 0.75;
/// The words of an ordinary segment.
const USUAL_LENGTH: f64 = 10.0;

/// The best of these segments with their scores, the best first; among equals the newer one.
pub(super) fn best<'a>(
    query: &Query,
    candidates: impl Iterator<Item = (i64, &'a str)>,
    limit: PageLimit,
) -> Vec<(i64, f64)> {
    let mut scored: Vec<(i64, f64)> = candidates
        .map(|(id, words)| (id, score(query, words)))
        .collect();
    scored.sort_by(|(one, a), (other, b)| b.total_cmp(a).then(other.cmp(one)));
    scored.truncate(usize::try_from(limit.items()).unwrap_or(usize::MAX));
    scored
}

fn score(query: &Query, words: &str) -> f64 {
    let words: Vec<&str> = words.split(' ').collect();
    let length = as_f64(words.len()) / USUAL_LENGTH;
    let norm = SATURATION * (1.0 - LENGTH_WEIGHT + LENGTH_WEIGHT * length);
    let places: Vec<Vec<usize>> = query.all.iter().map(|term| places(term, &words)).collect();
    let frequencies: f64 = places
        .iter()
        .map(|places| as_f64(places.len()))
        .map(|count| count * (SATURATION + 1.0) / (count + norm))
        .sum();
    frequencies + closeness(&places)
}

/// Where in the words a term begins.
fn places(term: &Term, words: &[&str]) -> Vec<usize> {
    (0..words.len())
        .filter(|&place| term.is_at(words, place))
        .collect()
}

/// 1 for terms next to each other, less the further apart they are; 0 for a single one.
fn closeness(places: &[Vec<usize>]) -> f64 {
    let Some((first, others)) = places.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return 0.0;
    };
    let span = first.iter().filter_map(|&from| {
        let apart = others
            .iter()
            .map(|places| places.iter().map(|&place| place.abs_diff(from)).min());
        apart.collect::<Option<Vec<_>>>()?.into_iter().max()
    });
    span.min().map_or(0.0, |span| {
        as_f64(others.len()) / as_f64(span.max(others.len()))
    })
}

fn as_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shorter_fuller_and_closer_is_better() {
        let score = |query: &str, words: &str| score(&Query::parse(query).unwrap(), words);
        let filler = "x ".repeat(20);
        assert!(score("sea", "sea") > score("sea", &format!("{filler}sea")));
        assert!(score("sea", "sea and sea") > score("sea", "sea and land"));
        assert!(score("sea level", "a sea level b") > score("sea level", "sea a b level"));
    }

    #[test]
    fn among_equals_the_newer_comes_first() {
        let query = Query::parse("sea").unwrap();
        let candidates = [(1, "sea"), (3, "sea"), (2, "the sea")];
        let two = PageLimit::new(2).unwrap();
        let best = best(&query, candidates.into_iter(), two);
        assert_eq!(best.iter().map(|&(id, _)| id).collect::<Vec<_>>(), [3, 1]);
    }
}
