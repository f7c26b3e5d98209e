//! Captions: WebVTT and SubRip, read strictly and written back.
//!
//! What is read is taken apart by [`parse`]: cues in the order of time, their text without tags and
//! with entities decoded. A file that breaks its format is refused with the line and the reason;
//! nothing of it is guessed. Cue settings, styles, regions and notes are recognised and left out.
//! Both formats take `.` and `,` before the milliseconds, and both do without the blank line between
//! two cues, because files in the wild do.

mod blocks;
mod markup;
mod rolling;
mod time;
mod write;

use std::{fmt, str::FromStr};

pub use write::{plain, subrip, webvtt};

/// The longest text that a cue may have.
pub const MAX_CUE_BYTES: usize = 16 * 1024;

/// How captions are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// `.vtt` (W3C WebVTT)
    WebVtt,
    /// `.srt`
    SubRip,
}

impl Format {
    /// The format that a file with this extension has.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "vtt" => Some(Self::WebVtt),
            "srt" => Some(Self::SubRip),
            _ => None,
        }
    }
}

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

/// A file of captions that breaks its format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct CaptionsError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: Fault,
}

/// How captions break their format.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The text is not UTF-8.
    NotUtf8,
    /// The text is UTF-16.
    Utf16,
    /// A WebVTT file does not begin with its signature.
    NoSignature,
    /// A block has a line where the time range should be.
    NoTimes {
        /// The line.
        found: String,
    },
    /// A block ends where the time range should be.
    BlockWithoutTimes,
    /// A time cannot be read.
    Time {
        /// What is in its place.
        found: String,
        /// What is wrong with it, to continue a sentence.
        reason: &'static str,
    },
    /// A cue ends before it begins.
    EndsBeforeItBegins,
    /// A cue is longer than [`MAX_CUE_BYTES`].
    TooLong,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => f.write_str("is not UTF-8: save the file as UTF-8"),
            Self::Utf16 => f.write_str("the file is UTF-16: save it as UTF-8"),
            Self::NoSignature => f.write_str("a WebVTT file begins with WEBVTT"),
            Self::NoTimes { found } => write!(
                f,
                "expected times such as 00:01:02.345 --> 00:01:04.000, found {found:?}"
            ),
            Self::BlockWithoutTimes => {
                f.write_str("expected times such as 00:01:02.345 --> 00:01:04.000 after this line")
            }
            Self::Time { found, reason } => write!(f, "{found:?} {reason}"),
            Self::EndsBeforeItBegins => f.write_str("the cue ends before it begins"),
            Self::TooLong => write!(f, "a cue of more than {MAX_CUE_BYTES} bytes"),
        }
    }
}

/// Reads captions.
///
/// # Errors
/// [`CaptionsError`] with the first line that breaks the format.
pub fn parse(bytes: &[u8], format: Format) -> Result<Captions, CaptionsError> {
    let text = decode(bytes)?;
    let file = blocks::read(&text, format)?;
    let is_rolling = file.has_timed_words || rolling::is_rolling(&file.cues);
    let mut cues = file.cues;
    cues.sort_by_key(|cue| cue.starts_ms);
    Ok(Captions {
        cues,
        language: file.language,
        is_rolling,
    })
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::of_extension(text).ok_or(UnknownFormat)
    }
}

/// The text names no format of captions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("captions are .vtt or .srt")]
pub struct UnknownFormat;

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

#[cfg(test)]
mod tests;
