//! `groundwork studio remove`

use groundwork_cli::{Format, Output, Result, text::printable};
use groundwork_core::services::studio::Project;

use super::args::ProjectArgument;
use crate::state::AppState;

/// Removes a project, and its files from the disk.
pub(super) async fn run(
    output: Output,
    state: &AppState,
    project: &ProjectArgument,
    format: Format,
) -> Result {
    let id = super::project::find(state, project).await?;
    let work = state.db.begin_removal().await?;
    let project = state.studio.project(&work, id).await?;
    state.studio.remove_project(&work, id).await?;
    work.commit().await?;
    // The project is gone for good; the next sweep removes files that remain.
    if let Err(error) = state.files.sweep(&state.db).await {
        output.note(format!("some files are left for the next sweep: {error}"));
    }
    output.data(format, &project, text)
}

fn text(project: &Project) -> String {
    format!(
        "removed \"{}\" (project {})\n",
        printable(&project.title),
        project.id
    )
}
