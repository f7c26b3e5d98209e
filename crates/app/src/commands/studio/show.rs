//! `groundwork studio show`

use groundwork_cli::{
    Format, Output, Result,
    text::{bytes, instant, printable, table},
};
use groundwork_core::services::studio::{Artifact, ClipStatus, ProjectDetails, SceneDetails};

use super::args::ProjectArgument;
use crate::state::AppState;

/// Shows a project with everything that belongs to it.
pub(super) async fn run(
    output: Output,
    state: &AppState,
    project: &ProjectArgument,
    format: Format,
) -> Result {
    let id = super::project::find(state, project).await?;
    let details = state.studio.project_details(&state.db.reader(), id).await?;
    output.data(format, &details, text)
}

fn text(details: &ProjectDetails) -> String {
    let mut text = heading(details);
    if !details.scenes.is_empty() {
        text.push_str(&format!("\n\n{}", scenes(&details.scenes)));
    }
    let artifacts = artifacts(details);
    if !artifacts.is_empty() {
        text.push_str(&format!("\n\n{}", files(&artifacts)));
    }
    text
}

fn heading(details: &ProjectDetails) -> String {
    let project = &details.project;
    let mut lines = vec![
        ("id", project.id.to_string()),
        ("status", project.status.to_string()),
        ("style", project.style.clone()),
        ("created", instant(project.created_at)),
        ("updated", instant(project.updated_at)),
        ("prompt", project.prompt.clone()),
    ];
    if let Some(error) = &project.error_message {
        lines.push(("error", error.clone()));
    }
    let lines: Vec<String> = lines
        .iter()
        .map(|(name, value)| format!("  {name:8}  {}", printable(value)))
        .collect();
    format!("{}\n{}", printable(&project.title), lines.join("\n"))
}

fn scenes(scenes: &[SceneDetails]) -> String {
    let rows = scenes.iter().map(|details| {
        let keyframes: Vec<String> = (details.keyframes.iter())
            .map(|keyframe| keyframe.position.to_string())
            .collect();
        vec![
            details.scene.scene_index.to_string(),
            details.scene.duration_ms.map_or_else(dash, seconds),
            Some(keyframes.join(", "))
                .filter(|text| !text.is_empty())
                .unwrap_or_else(dash),
            clips(details),
            details.scene.description.clone(),
        ]
    });
    table(
        &["scene", "duration", "keyframes", "clips", "description"],
        rows,
    )
}

/// `2 (1 complete)`
fn clips(details: &SceneDetails) -> String {
    let complete = (details.clips.iter())
        .filter(|clip| clip.status == ClipStatus::Complete)
        .count();
    match details.clips.len() {
        0 => dash(),
        all => format!("{all} ({complete} complete)"),
    }
}

fn artifacts(details: &ProjectDetails) -> Vec<&Artifact> {
    let of_scenes = details.scenes.iter().flat_map(|scene| {
        let keyframes = scene.keyframes.iter().map(|keyframe| &keyframe.artifact);
        keyframes.chain(scene.clips.iter().filter_map(|clip| clip.artifact.as_ref()))
    });
    of_scenes.chain(&details.output).collect()
}

fn files(artifacts: &[&Artifact]) -> String {
    let rows = artifacts.iter().map(|artifact| {
        vec![
            artifact.id.to_string(),
            artifact.kind.to_string(),
            artifact.media_type.clone(),
            bytes(u64::try_from(artifact.size_bytes).unwrap_or(0)),
            artifact.original_name.clone(),
        ]
    });
    table(&["artifact", "kind", "type", "size", "name"], rows)
}

fn seconds(ms: i64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

fn dash() -> String {
    "-".to_owned()
}
