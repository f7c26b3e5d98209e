//! What was read from the files of a video, and how they are read.

use std::path::{Path, PathBuf};

use super::report::{OnBadCue, Problem};
use crate::services::atlas::{
    NewTranscript, NewVideo,
    captions::{self, Captions, CaptionsError, Format},
};

/// How many bad cues of a file are reported with their lines; beyond them, only their number.
const BAD_CUES_REPORTED: usize = 20;
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
    pub(super) on_bad_cue: OnBadCue,
    pub(super) found: Option<Found>,
    pub(super) problems: Vec<Problem>,
    pub(super) skipped: Vec<Problem>,
    /// The files of captions that a `video.json` names.
    pub(super) named: Vec<PathBuf>,
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

impl Reading {
    /// Reads a file of captions. A cue that cannot be read is a problem, and left out.
    pub(super) fn captions(&mut self, path: &Path, format: Format) -> Result<Captions, Problem> {
        let bytes = bytes_of(path)?;
        let refused = |error: &CaptionsError, and_so: &str| Problem {
            line: Some(error.line),
            ..Problem::new(path, format!("{}{and_so}", error.fault))
        };
        if self.on_bad_cue == OnBadCue::RefuseFile {
            return captions::parse(&bytes, format).map_err(|error| refused(&error, ""));
        }
        let (captions, faults) =
            captions::parse_readable(&bytes, format).map_err(|error| refused(&error, ""))?;
        let reported = faults.iter().take(BAD_CUES_REPORTED);
        self.problems
            .extend(reported.map(|fault| refused(fault, "; this cue is left out")));
        if let Some(more) = faults
            .len()
            .checked_sub(BAD_CUES_REPORTED)
            .filter(|it| *it > 0)
        {
            let reason = format!("{more} more cues cannot be read, and are left out");
            self.problems.push(Problem::new(path, reason));
        }
        Ok(captions)
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
