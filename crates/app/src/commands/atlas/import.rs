//! `groundwork atlas import`

use std::path::PathBuf;

use anyhow::Result;
use groundwork_core::services::atlas::{Counts, ImportProgress, ImportReport};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{
    cli::Format,
    failure::Refusal,
    foundation::Foundation,
    output::{Output, counted, printable},
};

/// Imports videos; tells every file that could not be, and fails if there is one.
pub(super) async fn run(
    output: Output,
    parts: &Foundation,
    paths: &[PathBuf],
    format: Format,
) -> Result<()> {
    let bar = bar(output);
    let watch = |progress| show(&bar, progress);
    let report = parts.atlas.import(paths, &watch).await;
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
            Err(Refusal::Argument(message).into())
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

/// A bar on a terminal, and nothing elsewhere.
fn bar(output: Output) -> ProgressBar {
    let target = if output.shows_progress() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let template = "{bar:32} {pos}/{len} videos  {eta}";
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(None, target).with_style(style)
}

fn show(bar: &ProgressBar, progress: ImportProgress) {
    match progress {
        ImportProgress::Found { videos } => bar.set_length(videos as u64),
        ImportProgress::Done { videos } => bar.inc(videos as u64),
        _ => {}
    }
}
