//! What an import reports.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde::{Serialize, Serializer};

use crate::services::atlas::Kept;

/// What becomes of captions in which a cue cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnBadCue {
    /// The cue is left out and reported; the others are imported.
    #[default]
    LeaveOut,
    /// The file is not imported.
    RefuseFile,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Videos.
    pub videos: Counts,
    /// Transcripts.
    pub transcripts: Counts,
    /// Segments that were written.
    pub segments: usize,
    /// Files and cues that could not be imported, and why.
    pub problems: Vec<Problem>,
    /// Files that were left out because nothing of them is missed, and why.
    pub skipped: Vec<Problem>,
}

/// How many were added, updated, and found unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Were not there before.
    pub added: usize,
    /// Said something else before.
    pub updated: usize,
    /// Said the same; nothing was written.
    pub unchanged: usize,
}

/// Something about a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file or folder. As JSON, what of it is not UTF-8 is replaced.
    #[serde(serialize_with = "lossy")]
    pub path: PathBuf,
    /// Its line, from 1, where that is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportProgress {
    /// All files and folders were looked through.
    Found {
        /// How many videos they describe.
        videos: usize,
    },
    /// More videos are stored, or were found to be unreadable.
    Done {
        /// How many.
        videos: usize,
    },
}

impl ImportReport {
    pub(super) fn add(&mut self, other: &Self) {
        self.videos.add(other.videos);
        self.transcripts.add(other.transcripts);
        self.segments += other.segments;
    }
}

impl Counts {
    /// All of them.
    #[must_use]
    pub fn total(self) -> usize {
        self.added + self.updated + self.unchanged
    }

    pub(super) fn count(&mut self, kept: Kept) {
        match kept {
            Kept::Added => self.added += 1,
            Kept::Updated => self.updated += 1,
            Kept::Unchanged => self.unchanged += 1,
        }
    }

    fn add(&mut self, other: Self) {
        self.added += other.added;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
    }
}

impl Problem {
    pub(super) fn new(path: &Path, reason: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: None,
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// JSON holds no name that is not UTF-8.
fn lossy<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}
