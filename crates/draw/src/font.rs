//! Fonts, and how wide a text is in them.

/// The family of a font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// That of the viewer's system, without serifs.
    Sans,
    /// Each letter equally wide.
    Mono,
}

/// A font as a drawing asks for it. The viewer takes what it has, so widths are estimates, rather
/// too wide than too narrow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Font {
    /// Its family.
    pub face: Face,
    /// Its height, in pixels.
    pub size: f64,
    /// As in CSS: 400 is regular, 600 is half bold.
    pub weight: u16,
}

impl Font {
    /// A font of regular weight.
    #[must_use]
    pub const fn new(face: Face, size: f64) -> Self {
        Self {
            face,
            size,
            weight: 400,
        }
    }

    /// The same, half bold.
    #[must_use]
    pub const fn bold(self) -> Self {
        Self {
            weight: 600,
            ..self
        }
    }

    /// About how wide a text is, in pixels.
    #[must_use]
    pub fn width(&self, text: &str) -> f64 {
        let advance = match self.face {
            Face::Sans => advance,
            Face::Mono => advance_mono,
        };
        text.chars().map(|c| self.size * advance(c)).sum()
    }

    /// The families that are asked for: the first one that the viewer has is taken.
    pub(crate) const fn families(&self) -> &'static str {
        match self.face {
            Face::Sans => "system-ui, 'Segoe UI', Roboto, Arial, 'DejaVu Sans', sans-serif",
            Face::Mono => "ui-monospace, monospace",
        }
    }
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

fn advance_mono(c: char) -> f64 {
    if is_wide(c) { 1.21 } else { 0.605 }
}

/// Scripts from Hangul on, whose letters take the room of two.
fn is_wide(c: char) -> bool {
    c >= '\u{1100}' && c != '…'
}

/// The text, or its beginning and `…` if it is wider than `most` letters; wide scripts count twice.
///
/// ```
/// use groundwork_draw::shortened;
///
/// assert_eq!(shortened("a long name", 8), "a long…");
/// ```
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    let width = |c: char| if is_wide(c) { 2 } else { 1 };
    if text.chars().map(width).sum::<usize>() <= most {
        return text.to_owned();
    }
    let mut room = most.saturating_sub(1);
    let fits = |c: &char| match room.checked_sub(width(*c)) {
        Some(rest) => {
            room = rest;
            true
        }
        None => false,
    };
    let beginning: String = text.chars().take_while(fits).collect();
    format!("{}…", beginning.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_and_a_short_one_is_not() {
        assert_eq!(shortened("Quillon 2", 9), "Quillon 2");
        assert_eq!(shortened("Quillon 2", 8), "Quillon…");
        assert_eq!(shortened("語語語語", 7), "語語語…");
        assert_eq!(shortened("", 0), "");
    }

    #[test]
    fn wider_texts_measure_wider_in_each_face() {
        for face in [Face::Sans, Face::Mono] {
            let font = Font::new(face, 12.0);
            assert!(font.width("scenes") < font.width("keyframes"));
            assert!(font.width("ab") < font.width("語語"));
            assert_eq!(font.width(""), 0.0);
        }
    }
}
