//! `groundwork studio export`

use std::path::Path;

use anyhow::Result;
use groundwork_core::services::studio::Exported;

use crate::{
    cli::{Format, ProjectArgument},
    foundation::Foundation,
    output::{Output, bytes, counted},
};

/// Writes a project as a production folder.
pub(super) async fn run(
    output: Output,
    parts: &Foundation,
    project: &ProjectArgument,
    folder: &Path,
    format: Format,
) -> Result<()> {
    let id = super::project::find(parts, project).await?;
    let exported = parts.studio.export_project(id, folder).await?;
    Ok(output.data(format, &exported, |exported| text(exported, folder))?)
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
