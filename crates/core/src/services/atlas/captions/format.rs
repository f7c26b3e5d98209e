//! The formats of captions.

use std::str::FromStr;

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
