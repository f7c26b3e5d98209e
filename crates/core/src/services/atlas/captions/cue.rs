//! A cue.

/// The longest text that a cue may have.
pub const MAX_CUE_BYTES: usize = 16 * 1024;

/// What is shown from one moment to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// When it appears, from the start of the video.
    pub starts_ms: i64,
    /// When it goes; never before it appears.
    pub ends_ms: i64,
    /// Its lines, trimmed, none of them empty.
    pub lines: Vec<String>,
}

impl Cue {
    /// Its lines in one text, separated by `\n`.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }
}
