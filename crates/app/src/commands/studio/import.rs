//! `groundwork studio import`

use std::path::Path;

use groundwork_cli::{
    Format, Output, Result,
    text::{bytes, counted, printable},
};
use groundwork_core::services::studio::{ImportOutcome, ImportProgress, Imported};
use indicatif::ProgressBar;

use crate::state::AppState;

/// Stores a production, or finds it stored.
pub(super) async fn run(output: Output, state: &AppState, folder: &Path, format: Format) -> Result {
    // Settles the files that an earlier import left when it was killed.
    state.files.repair(&state.db).await?;
    let bar = output.bar(None, "{bar:32} {bytes}/{total_bytes}  {wide_msg}");
    let watch = |progress| show(&bar, progress);
    let imported = state.studio.import_production(folder, &watch).await;
    bar.finish_and_clear();
    let imported = imported?;
    output.data(format, &imported, text)?;
    if !imported.unused.is_empty() {
        output.note(format!(
            "not stored, because the storyboard does not name them: {}",
            printable(&imported.unused.join(", "))
        ));
    }
    Ok(())
}

fn text(imported: &Imported) -> String {
    let project = &imported.project;
    let title = printable(&project.title);
    let first = match imported.outcome {
        ImportOutcome::Stored => format!("stored \"{title}\" as project {}", project.id),
        ImportOutcome::AlreadyStored => format!(
            "\"{title}\" is stored already, as project {}: nothing was stored",
            project.id
        ),
    };
    format!(
        "{first}\n  {}, {}, {}\n",
        counted(imported.scenes, "scene"),
        counted(imported.files, "file"),
        bytes(imported.size_bytes),
    )
}

fn show(bar: &ProgressBar, progress: ImportProgress) {
    match progress {
        ImportProgress::Storing { size_bytes, .. } => bar.set_length(size_bytes),
        ImportProgress::Bytes(count) => bar.inc(count),
        ImportProgress::File { path } => bar.set_message(printable(&path)),
        ImportProgress::Saving => bar.set_message("saving"),
        _ => {}
    }
}
