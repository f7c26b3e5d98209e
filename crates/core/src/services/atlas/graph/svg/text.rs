//! Texts of a drawing: how wide they are, and where they break.

/// From one line of a label to the next.
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

    pub(super) fn width(&self) -> f64 {
        let widths = self.0.iter().map(|line| width(line, 14.0));
        widths.fold(24.0, f64::max)
    }

    pub(super) fn height(&self) -> f64 {
        self.0
            .iter()
            .fold(0.0_f64, |height, _| height + LINE_HEIGHT)
            .max(LINE_HEIGHT)
    }
}

/// At most `most` characters, the last of them `…` where some are left out. Controls are blanks.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    if text.chars().count() <= most {
        return text.chars().map(plain).collect();
    }
    let kept = text.chars().take(most.saturating_sub(1)).map(plain);
    kept.chain(['…']).collect()
}

/// About how wide a text is, in pixels: fonts differ, so that it is told rather too wide.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| size * advance(c)).sum()
}

fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '.' | ',' | ':' | '|' | '!' => 0.33,
        'f' | 't' | 'r' | ' ' | '(' | ')' | '-' | 'I' => 0.42,
        'm' | 'w' | 'M' | 'W' | '…' | '@' => 0.98,
        'A'..='Z' => 0.72,
        '\u{1100}'.. => 1.05,
        _ => 0.63,
    }
}
