//! Segments written down as captions.

use std::fmt::Write as _;

use super::super::Segment;

/// The segments as WebVTT; `language` goes into the header.
#[must_use]
pub fn webvtt(language: &str, segments: &[Segment]) -> String {
    let mut text = format!("WEBVTT\nLanguage: {language}\n");
    for segment in segments {
        let (start, end) = (segment.starts_ms, segment.ends_ms);
        let (start, end) = (stamp(start, '.'), stamp(end, '.'));
        let payload = escaped(&payload(&segment.text));
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{start} --> {end}\n{payload}\n");
    }
    text
}

/// The segments as SubRip, numbered from 1.
#[must_use]
pub fn subrip(segments: &[Segment]) -> String {
    let mut text = String::new();
    for (number, segment) in (1..).zip(segments) {
        let (start, end) = (segment.starts_ms, segment.ends_ms);
        let (start, end) = (stamp(start, ','), stamp(end, ','));
        let payload = payload(&segment.text).replace("-->", "→");
        let blank = if number > 1 { "\n" } else { "" };
        let _ = write!(text, "{blank}{number}\n{start} --> {end}\n{payload}\n");
    }
    text
}

/// What the segments say, a line for each.
#[must_use]
pub fn plain(segments: &[Segment]) -> String {
    let mut text = String::new();
    for segment in segments {
        text.push_str(&payload(&segment.text).replace('\n', " "));
        text.push('\n');
    }
    text
}

/// The text without what would end a cue: empty lines.
fn payload(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// `hh:mm:ss.ttt`, with this sign before the milliseconds.
fn stamp(ms: i64, sign: char) -> String {
    let (seconds, ms) = (ms / 1000, ms % 1000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{sign}{ms:03}")
}
