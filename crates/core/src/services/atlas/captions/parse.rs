//! From bytes to cues.

use super::{
    blocks,
    cue::Cue,
    fault::{CaptionsError, Fault},
    format::Format,
    rolling,
};

/// What a file of captions holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captions {
    /// The cues that have text, by the time at which they appear.
    pub cues: Vec<Cue>,
    /// What the header says about the language (WebVTT's `Language:`).
    pub language: Option<String>,
    /// Whether these are the captions of a machine that roll: cues that repeat the line before and
    /// add one, or words with times of their own.
    pub is_rolling: bool,
}

impl Captions {
    /// The captions with each line once: what a rolling cue repeats is taken out of it, and the cue
    /// that showed the line first lasts as long as the line is shown. Captions that do not roll
    /// stay as they are.
    #[must_use]
    pub fn unrolled(mut self) -> Self {
        if self.is_rolling {
            self.cues = rolling::merged(self.cues);
        }
        self
    }
}

/// Reads captions.
///
/// # Errors
/// [`CaptionsError`] with the first line that breaks the format.
pub fn parse(bytes: &[u8], format: Format) -> Result<Captions, CaptionsError> {
    let (captions, faults) = parse_readable(bytes, format)?;
    match faults.into_iter().next() {
        Some(fault) => Err(fault),
        None => Ok(captions),
    }
}

/// Reads the captions that can be read, and says which cues cannot.
///
/// # Errors
/// [`CaptionsError`] if the file as a whole is not what it should be, or not one cue can be read.
pub fn parse_readable(
    bytes: &[u8],
    format: Format,
) -> Result<(Captions, Vec<CaptionsError>), CaptionsError> {
    let text = decode(bytes)?;
    let mut file = blocks::read(&text, format)?;
    if file.cues.is_empty() && !file.faults.is_empty() {
        return Err(file.faults.swap_remove(0));
    }
    let is_rolling = file.has_timed_words || rolling::is_rolling(&file.cues);
    let mut cues = file.cues;
    cues.sort_by_key(|cue| cue.starts_ms);
    let captions = Captions {
        cues,
        language: file.language,
        is_rolling,
    };
    Ok((captions, file.faults))
}

/// The text without its byte order mark; NUL, which no database text holds, is replaced as WebVTT
/// wants it.
fn decode(bytes: &[u8]) -> Result<String, CaptionsError> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(CaptionsError {
            line: 1,
            fault: Fault::Utf16,
        });
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| CaptionsError {
        line: blocks::line_at(bytes, error.valid_up_to()),
        fault: Fault::NotUtf8,
    })?;
    Ok(text.replace('\0', "\u{FFFD}"))
}
