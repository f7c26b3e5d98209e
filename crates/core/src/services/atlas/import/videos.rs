//! Imports videos: reads their files ahead, and stores them in units of work of bounded size.

use std::{collections::BTreeSet, path::PathBuf};

use futures_util::{StreamExt as _, stream};

use super::{
    info, manifest,
    reading::{Found, Reading},
    report::{ImportProgress, ImportReport, OnBadCue, Problem},
    sources::{self, Form, Source},
};
use crate::{
    db::{UnitOfWork, UnitSize},
    services::atlas::{Atlas, AtlasError, Kept},
};

/// How many files are read ahead of the rows being written.
const READ_AHEAD: usize = 4;
/// A unit of work ends with the first video that brings it to this many segments or videos: large
/// enough that commits do not count, small enough that nobody waits long for the turn to write.
const SEGMENTS_PER_UNIT: usize = 10_000;
const VIDEOS_PER_UNIT: usize = 100;

/// Watches an import; called from the thread that runs it.
type Watch<'a> = &'a (dyn Fn(ImportProgress) + Sync);

impl Atlas {
    /// Imports the videos that these files and folders describe. A cue that cannot be read is left
    /// out and reported.
    ///
    /// # Errors
    /// If the database fails: what was reported as kept before stays kept. What is wrong with files
    /// is in the report.
    pub async fn import(
        &self,
        paths: &[PathBuf],
        watch: Watch<'_>,
    ) -> Result<ImportReport, AtlasError> {
        self.import_with(paths, OnBadCue::LeaveOut, watch).await
    }

    /// The same, with a choice of what becomes of captions in which a cue cannot be read.
    ///
    /// # Errors
    /// As [`import`](Self::import).
    pub async fn import_with(
        &self,
        paths: &[PathBuf],
        on_bad_cue: OnBadCue,
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
            .map(|source| blocking(move || read(&source, on_bad_cue)))
            .buffered(READ_AHEAD);
        let (mut batch, mut named) = (Vec::new(), BTreeSet::new());
        while let Some(reading) = readings.next().await {
            named.extend(reading.named);
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
        let unnamed = found
            .unless_named
            .iter()
            .filter(|path| !named.contains(*path));
        let reason = "is named by no video.json";
        report
            .skipped
            .extend(unnamed.map(|path| Problem::new(path, reason)));
        tracing::info!(
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
        // A batch that takes too long is kept in several units.
        let mut size = UnitSize::new(VIDEOS_PER_UNIT);
        let mut rest = batch.as_slice();
        while !rest.is_empty() {
            let all = rest;
            let keep = |work: UnitOfWork, videos: usize| async move {
                let some = all.get(..videos).unwrap_or(all);
                let kept = self.keep_all(&work, some).await?;
                Ok::<_, AtlasError>((kept, some.len()))
            };
            let (kept, videos) = self.db.write_sized(&mut size, keep).await?;
            report.add(&kept);
            watch(ImportProgress::Done { videos });
            rest = all.get(videos..).unwrap_or_default();
        }
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

fn read(source: &Source, on_bad_cue: OnBadCue) -> Reading {
    let mut reading = Reading {
        on_bad_cue,
        ..Reading::default()
    };
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
