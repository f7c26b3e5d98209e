//! `groundwork atlas import`

use std::path::PathBuf;

use groundwork_cli::{
    CliError, Format, Output, Result,
    text::{counted, printable},
};
use groundwork_core::services::atlas::{Counts, ImportProgress, ImportReport, OnBadCue};
use indicatif::ProgressBar;

use crate::state::AppState;

/// Imports videos; reports every file that could not be imported, and fails if there is one.
pub(super) async fn run(
    output: Output,
    state: &AppState,
    paths: &[PathBuf],
    strict: bool,
    format: Format,
) -> Result {
    let bar = output.bar(None, "{bar:32} {pos}/{len} videos  {eta}");
    let watch = |progress| show(&bar, progress);
    let on_bad_cue = match strict {
        true => OnBadCue::RefuseFile,
        false => OnBadCue::LeaveOut,
    };
    let report = state.atlas.import_with(paths, on_bad_cue, &watch).await;
    bar.finish_and_clear();
    let report = report?;
    output.data(format, &report, text)?;
    for skipped in &report.skipped {
        output.note(format!("left out: {}", printable(&skipped.to_string())));
    }
    for problem in &report.problems {
        output.note(printable(&problem.to_string()));
    }
    match report.problems.len() {
        0 => Ok(()),
        count => {
            let files = counted(count, "problem");
            let message = format!("{files} with what was to be imported; the rest is stored");
            Err(CliError::bad_input(message))
        }
    }
}

fn text(report: &ImportReport) -> String {
    let line = |what: &str, counts: Counts| {
        format!(
            "{what}: {} added, {} updated, {} unchanged\n",
            counts.added, counts.updated, counts.unchanged
        )
    };
    format!(
        "{}{}segments: {} written\n",
        line("videos", report.videos),
        line("transcripts", report.transcripts),
        report.segments,
    )
}

fn show(bar: &ProgressBar, progress: ImportProgress) {
    match progress {
        ImportProgress::Found { videos } => bar.set_length(videos as u64),
        ImportProgress::Done { videos } => bar.inc(videos as u64),
        _ => {}
    }
}
