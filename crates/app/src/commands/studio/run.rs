//! `groundwork studio run`

use anyhow::Result;
use groundwork_core::services::studio::{PipelineRunId, RunDetails, Step};
use uuid::Uuid;

use crate::{
    cli::{self, Format},
    failure::Refusal,
    foundation::Foundation,
    output::{Output, instant, printable, table},
};

/// Starts, shows, cancels or resumes a run, and shows how it then stands.
pub(super) async fn run(output: Output, parts: &Foundation, command: &cli::Run) -> Result<()> {
    let (run, format) = match command {
        cli::Run::Start { project, format } => {
            let project = super::project::find(parts, project).await?;
            let work = parts.db.begin().await?;
            let run = parts.studio.start_run(&work, project).await?;
            work.commit().await?;
            (run.id, *format)
        }
        cli::Run::Status(argument) => (parse(&argument.run)?, argument.format),
        cli::Run::Cancel(argument) => {
            let run = parse(&argument.run)?;
            let work = parts.db.begin().await?;
            parts.studio.cancel_run(&work, run).await?;
            work.commit().await?;
            (run, argument.format)
        }
        cli::Run::Resume(argument) => {
            let run = parse(&argument.run)?;
            let work = parts.db.begin().await?;
            parts.studio.resume_run(&work, run).await?;
            work.commit().await?;
            (run, argument.format)
        }
    };
    show(output, parts, run, format).await
}

fn parse(text: &str) -> Result<PipelineRunId, Refusal> {
    Uuid::try_parse(text.trim())
        .map(PipelineRunId::from)
        .map_err(|_| Refusal::Argument(format!("{text:?} is no run id: a UUID is expected")))
}

async fn show(
    output: Output,
    parts: &Foundation,
    run: PipelineRunId,
    format: Format,
) -> Result<()> {
    let details = parts.studio.run_details(&parts.db.reader(), run).await?;
    Ok(output.data(format, &details, text)?)
}

fn text(details: &RunDetails) -> String {
    let run = &details.run;
    let mut lines = vec![
        ("project", run.project_id.to_string()),
        ("status", run.status.to_string()),
        ("started", instant(run.started_at)),
    ];
    if let Some(finished) = run.finished_at {
        lines.push(("finished", instant(finished)));
    }
    if let Some(error) = &run.error_message {
        lines.push(("error", printable(error)));
    }
    let lines: Vec<String> = lines
        .iter()
        .map(|(name, value)| format!("  {name:8}  {value}"))
        .collect();
    format!(
        "run {}\n{}\n\n{}",
        run.id,
        lines.join("\n"),
        steps(&details.steps)
    )
}

fn steps(steps: &[Step]) -> String {
    let rows = steps.iter().map(|step| {
        vec![
            step.stage.to_string(),
            step.scene_id
                .map_or_else(|| "-".to_owned(), |scene| scene.to_string()),
            step.status.to_string(),
            step.attempt.to_string(),
            step.error_message.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    });
    table(&["stage", "scene", "status", "attempt", "error"], rows)
}
