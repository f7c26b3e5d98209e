//! `groundwork studio export`

use std::path::Path;

use groundwork_cli::{
    Format, Output, Result,
    text::{bytes, counted},
};
use groundwork_core::services::studio::Exported;

use super::args::ProjectArgument;
use crate::state::AppState;

/// Writes a project as a production folder.
pub(super) async fn run(
    output: Output,
    state: &AppState,
    project: &ProjectArgument,
    folder: &Path,
    format: Format,
) -> Result {
    let id = super::project::find(state, project).await?;
    let exported = state.studio.export_project(id, folder).await?;
    output.data(format, &exported, |exported| text(exported, folder))
}

fn text(exported: &Exported, folder: &Path) -> String {
    format!(
        "exported project {} to {}\n  a storyboard, {}, {}\n",
        exported.project,
        folder.display(),
        counted(exported.files, "file"),
        bytes(exported.size_bytes),
    )
}
