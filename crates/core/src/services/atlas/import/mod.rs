//! Import: what people have of videos on their disk becomes rows.
//!
//! A video is described by a `*.info.json` of yt-dlp with captions beside it, or by a `video.json`
//! that holds or names its transcripts. Folders are searched to their depth. A file that cannot be read is reported with its line and the reason, and
//! keeps nothing else from being imported. Importing again updates what has changed, writes nothing
//! where nothing has, and never makes a second of anything.

mod info;
mod manifest;
mod report;
mod sources;

use std::path::{Path, PathBuf};

use futures_util::{StreamExt as _, stream};
use tracing::info;

pub use report::{Counts, ImportProgress, ImportReport, Problem};

use self::sources::{Form, Source};
use super::{Atlas, AtlasError, Kept, NewTranscript, NewVideo};
use crate::db::UnitOfWork;

/// The largest file that is read.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// How many files are read ahead of the rows being written.
const READ_AHEAD: usize = 4;
/// A unit of work ends with the first video that brings it to this many segments or videos: large
/// enough that commits do not count, small enough that nobody waits long for the turn to write.
const SEGMENTS_PER_UNIT: usize = 10_000;
const VIDEOS_PER_UNIT: usize = 100;

/// Watches an import; called from the thread that runs it.
pub type Watch<'a> = &'a (dyn Fn(ImportProgress) + Sync);

/// A video as its files describe it.
#[derive(Debug)]
struct Found {
    video: NewVideo,
    transcripts: Vec<NewTranscript>,
}

/// What reading a source gave.
#[derive(Debug, Default)]
struct Reading {
    found: Option<Found>,
    problems: Vec<Problem>,
    skipped: Vec<Problem>,
}

impl Atlas {
    /// Imports the videos that these files and folders describe.
    ///
    /// # Errors
    /// If the database fails: what was reported as kept before stays kept. What is wrong with files
    /// is in the report.
    pub async fn import(
        &self,
        paths: &[PathBuf],
        watch: Watch<'_>,
    ) -> Result<ImportReport, AtlasError> {
        let paths = paths.to_vec();
        let found = blocking(move || sources::find(&paths)).await;
        watch(ImportProgress::Found {
            videos: found.sources.len(),
        });
        let mut report = ImportReport {
            problems: found.problems,
            skipped: found.skipped,
            ..ImportReport::default()
        };
        let mut readings = stream::iter(found.sources)
            .map(|source| blocking(move || read(&source)))
            .buffered(READ_AHEAD);
        let mut batch = Vec::new();
        while let Some(reading) = readings.next().await {
            report.problems.extend(reading.problems);
            report.skipped.extend(reading.skipped);
            match reading.found {
                Some(found) => batch.push(found),
                None => watch(ImportProgress::Done { videos: 1 }),
            }
            if is_full(&batch) {
                self.keep_batch(std::mem::take(&mut batch), &mut report, watch)
                    .await?;
            }
        }
        self.keep_batch(batch, &mut report, watch).await?;
        info!(
            videos = report.videos.total(),
            transcripts = report.transcripts.total(),
            segments = report.segments,
            problems = report.problems.len(),
            "imported videos"
        );
        Ok(report)
    }

    async fn keep_batch(
        &self,
        batch: Vec<Found>,
        report: &mut ImportReport,
        watch: Watch<'_>,
    ) -> Result<(), AtlasError> {
        if batch.is_empty() {
            return Ok(());
        }
        let all = &batch;
        let keep = |work| async move { self.keep_all(&work, all).await };
        let kept = self.db.write(keep).await?;
        report.add(&kept);
        watch(ImportProgress::Done {
            videos: batch.len(),
        });
        Ok(())
    }

    async fn keep_all(
        &self,
        work: &UnitOfWork,
        batch: &[Found],
    ) -> Result<ImportReport, AtlasError> {
        let mut report = ImportReport::default();
        for found in batch {
            let (video, kept) = self.put_video(work, &found.video).await?;
            report.videos.count(kept);
            for transcript in &found.transcripts {
                let (_, kept) = self.put_transcript(work, video, transcript).await?;
                report.transcripts.count(kept);
                if kept != Kept::Unchanged {
                    report.segments += transcript.segments.len();
                }
            }
        }
        Ok(report)
    }
}

fn is_full(batch: &[Found]) -> bool {
    let transcripts = batch.iter().flat_map(|found| &found.transcripts);
    let segments: usize = transcripts
        .map(|transcript| transcript.segments.len())
        .sum();
    segments >= SEGMENTS_PER_UNIT || batch.len() >= VIDEOS_PER_UNIT
}

fn read(source: &Source) -> Reading {
    let mut reading = Reading::default();
    let found = match source.form {
        Form::Info => info::read(source, &mut reading),
        Form::Manifest => manifest::read(source, &mut reading),
    };
    let checked = found.and_then(|found| {
        let checked = found.map(|found| found.checked(&source.path));
        checked.transpose()
    });
    match checked {
        Ok(found) => reading.found = found,
        Err(problem) => reading.problems.push(problem),
    }
    reading
}

impl Found {
    /// The same, if every field keeps its rule.
    fn checked(self, path: &Path) -> Result<Self, Problem> {
        self.video
            .check()
            .and_then(|()| self.transcripts.iter().try_for_each(NewTranscript::check))
            .map_err(|error| Problem::new(path, error.to_string()))?;
        Ok(self)
    }
}

/// The bytes of a file that is not too large.
fn bytes_of(path: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: std::io::Error| Problem::new(path, format!("cannot be read: {error}"));
    let length = std::fs::metadata(path).map_err(unreadable)?.len();
    if length > MAX_FILE_BYTES {
        let reason = format!("has {length} bytes; at most {MAX_FILE_BYTES} are read");
        return Err(Problem::new(path, reason));
    }
    std::fs::read(path).map_err(unreadable)
}

/// A problem with JSON, at its line.
fn of_json(path: &Path, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let reason = text.strip_suffix(&place).unwrap_or(&text);
    Problem {
        line: (error.line() > 0).then_some(error.line()),
        ..Problem::new(path, reason.to_owned())
    }
}

/// Does something with files on a thread that may wait for the disk.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down, and with it the caller.
            Err(_cancelled) => std::future::pending().await,
        },
    }
}
