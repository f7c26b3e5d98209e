//! `groundwork studio remove`

use anyhow::Result;
use groundwork_core::services::studio::Project;

use crate::{
    cli::{Format, ProjectArgument},
    foundation::Foundation,
    output::{Output, printable},
};

/// Removes a project, and its files from the disk.
pub(super) async fn run(
    output: Output,
    parts: &Foundation,
    project: &ProjectArgument,
    format: Format,
) -> Result<()> {
    let id = super::project::find(parts, project).await?;
    let work = parts.db.begin().await?;
    let project = parts.studio.project(&work, id).await?;
    parts.studio.remove_project(&work, id).await?;
    work.commit().await?;
    // It is gone for good now; what remains of its files, the next sweep removes.
    if let Err(error) = parts.files.sweep(&parts.db).await {
        output.note(format!("some files are left for the next sweep: {error}"));
    }
    Ok(output.data(format, &project, text)?)
}

fn text(project: &Project) -> String {
    format!(
        "removed \"{}\" (project {})\n",
        printable(&project.title),
        project.id
    )
}
