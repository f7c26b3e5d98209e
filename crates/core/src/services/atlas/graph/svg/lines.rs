//! The lines of a node's label: where they break.

use groundwork_draw::{Font, Point, shortened};

/// From one line of a label to the next, in pixels.
pub(super) const LINE_HEIGHT: f64 = 17.0;
/// How long a line may get, in characters.
const LINE: usize = 20;
/// How many lines a label may have.
const MAX_LINES: usize = 3;

/// The lines of a node's label.
pub(super) struct Lines(Vec<String>);

impl Lines {
    /// Breaks a label between words; what does not fit is left out.
    pub(super) fn of(label: &str) -> Self {
        let mut lines: Vec<String> = Vec::new();
        for word in label.split_whitespace() {
            let room = lines
                .last()
                .map_or(0, |line| LINE.saturating_sub(line.chars().count()));
            match lines.last_mut() {
                Some(line) if word.chars().count() < room => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        if lines.len() > MAX_LINES {
            lines.truncate(MAX_LINES);
            if let Some(last) = lines.last_mut() {
                last.push('…');
            }
        }
        let lines = lines.iter().map(|line| shortened(line, LINE + 6));
        Self(lines.collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &String> {
        self.0.iter()
    }

    /// How much room they take in a font.
    pub(super) fn size(&self, font: Font) -> Point {
        let widths = self.0.iter().map(|line| font.width(line));
        let height = self.0.iter().fold(0.0_f64, |sum, _| sum + LINE_HEIGHT);
        Point {
            x: widths.fold(24.0, f64::max),
            y: height.max(LINE_HEIGHT),
        }
    }
}
