//! The header `Range` (RFC 9110, section 14).

use std::ops::RangeInclusive;

use axum::http::{HeaderMap, header};

/// What a request asks for of a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// These bytes, which it has.
    Range(RangeInclusive<u64>),
    /// Bytes that it does not have.
    Unsatisfiable,
}

/// The part of a content of `size` bytes that the headers ask for. A range that is invalid, of
/// another unit, or one of several is ignored, as RFC 9110 allows.
pub(super) fn part(headers: &HeaderMap, size: u64) -> Part {
    let mut lines = headers.get_all(header::RANGE).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return Part::Whole;
    };
    let range = line.to_str().ok().and_then(parse);
    range.map_or(Part::Whole, |range| range.of(size))
}

/// A range as it is written.
enum ByteRange {
    From { first: u64, last: Option<u64> },
    Suffix(u64),
}

impl ByteRange {
    fn of(&self, size: u64) -> Part {
        match *self {
            Self::Suffix(0) => Part::Unsatisfiable,
            // It has no bytes that could be a part, but all of it is its end.
            Self::Suffix(_) if size == 0 => Part::Whole,
            Self::Suffix(length) => Part::Range(size.saturating_sub(length)..=size - 1),
            Self::From { first, last } if first < size => {
                Part::Range(first..=last.unwrap_or(u64::MAX).min(size - 1))
            }
            Self::From { .. } => Part::Unsatisfiable,
        }
    }
}

/// `None` for what is not one valid range of bytes.
fn parse(value: &str) -> Option<ByteRange> {
    let (unit, set) = value.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    // A list may have empty elements (RFC 9110, section 5.6.1).
    let mut ranges = set
        .split(',')
        .map(|range| range.trim_matches([' ', '\t']))
        .filter(|range| !range.is_empty());
    let (Some(range), None) = (ranges.next(), ranges.next()) else {
        return None;
    };
    match range.split_once('-')? {
        ("", length) => Some(ByteRange::Suffix(number(length)?)),
        (first, "") => Some(ByteRange::From {
            first: number(first)?,
            last: None,
        }),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(ByteRange::From {
                first,
                last: Some(last),
            })
        }
    }
}

/// Digits alone, of any length: what is too large for a position is beyond every content.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}
