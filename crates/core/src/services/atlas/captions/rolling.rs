//! Captions that roll, as machines write them: each cue shows the line before once more and adds
//! one.
//!
//! ```text
//! 00:00:00.160 --> 00:00:02.149
//! hello<00:00:00.480><c> and</c><00:00:00.800><c> welcome</c>
//!
//! 00:00:02.149 --> 00:00:02.159
//! hello and welcome
//!
//! 00:00:02.159 --> 00:00:04.000
//! hello and welcome
//! to<00:00:02.500><c> the</c><00:00:02.900><c> show</c>
//! ```

use super::cue::Cue;

/// How far apart two cues may be that show the same line without a break.
const GAP_MS: i64 = 100;
/// How many repetitions make captions without tags count as rolling.
const FEWEST_REPETITIONS: usize = 2;

/// Whether most cues begin with the line that the cue before ended with.
pub(super) fn is_rolling(cues: &[Cue]) -> bool {
    let pairs = cues.windows(2);
    let all = pairs.len();
    let repetitions = pairs
        .filter(|pair| repeated(&pair[0], &pair[1]) > 0)
        .count();
    repetitions >= FEWEST_REPETITIONS && repetitions * 2 > all
}

/// The cues with each line once.
pub(super) fn merged(cues: Vec<Cue>) -> Vec<Cue> {
    let mut merged: Vec<Cue> = Vec::with_capacity(cues.len());
    let mut shown: Option<Cue> = None;
    for cue in cues {
        let old = shown.as_ref().map_or(0, |shown| repeated(shown, &cue));
        let new = cue.lines[old..].to_vec();
        if let Some(last) = merged.last_mut().filter(|_| old > 0 && new.is_empty()) {
            last.ends_ms = last.ends_ms.max(cue.ends_ms);
        } else {
            merged.push(Cue {
                lines: new,
                ..cue.clone()
            });
        }
        shown = Some(cue);
    }
    merged
}

/// How many lines the second cue begins with that the first ended with, without a break between.
fn repeated(first: &Cue, second: &Cue) -> usize {
    if second.starts_ms > first.ends_ms + GAP_MS {
        return 0;
    }
    let most = first.lines.len().min(second.lines.len());
    (1..=most)
        .rev()
        .find(|&count| first.lines[first.lines.len() - count..] == second.lines[..count])
        .unwrap_or(0)
}
