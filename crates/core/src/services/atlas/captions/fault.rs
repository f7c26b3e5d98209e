//! How a file breaks its format.

use std::fmt;

use super::cue::MAX_CUE_BYTES;

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
