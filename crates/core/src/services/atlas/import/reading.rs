//! What was read from the files of a video, and how they are read.

use std::path::Path;

use super::report::Problem;
use crate::services::atlas::{NewTranscript, NewVideo};

/// The largest file that is read.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// A video as its files describe it.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) video: NewVideo,
    pub(super) transcripts: Vec<NewTranscript>,
}

/// What reading a source gave.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) found: Option<Found>,
    pub(super) problems: Vec<Problem>,
    pub(super) skipped: Vec<Problem>,
}

impl Found {
    /// The same, if every field keeps its rule.
    pub(super) fn checked(self, path: &Path) -> Result<Self, Problem> {
        self.video
            .check()
            .and_then(|()| self.transcripts.iter().try_for_each(NewTranscript::check))
            .map_err(|error| Problem::new(path, error.to_string()))?;
        Ok(self)
    }
}

/// The bytes of a file that is not too large.
pub(super) fn bytes_of(path: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: std::io::Error| Problem::new(path, format!("cannot be read: {error}"));
    let length = std::fs::metadata(path).map_err(unreadable)?.len();
    if length > MAX_FILE_BYTES {
        let reason = format!("has {length} bytes; at most {MAX_FILE_BYTES} are read");
        return Err(Problem::new(path, reason));
    }
    std::fs::read(path).map_err(unreadable)
}

/// A problem with JSON, at its line.
pub(super) fn of_json(path: &Path, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let reason = text.strip_suffix(&place).unwrap_or(&text);
    Problem {
        line: (error.line() > 0).then_some(error.line()),
        ..Problem::new(path, reason.to_owned())
    }
}
