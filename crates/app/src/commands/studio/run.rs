//! `groundwork studio run`

use groundwork_cli::{
    CliError, Format, Output, Result,
    text::{instant, printable, table},
};
use groundwork_core::services::studio::{PipelineRunId, RunDetails, Step};
use uuid::Uuid;

use super::args;
use crate::state::AppState;

/// Starts, shows, cancels or resumes a run, and shows its state afterwards.
pub(super) async fn run(output: Output, state: &AppState, command: &args::Run) -> Result {
    let (run, format) = match command {
        args::Run::Start { project, format } => {
            let project = super::project::find(state, project).await?;
            let work = state.db.begin().await?;
            let run = state.studio.start_run(&work, project).await?;
            work.commit().await?;
            (run.id, *format)
        }
        args::Run::Status(argument) => (parse(&argument.run)?, argument.format),
        args::Run::Cancel(argument) => {
            let run = parse(&argument.run)?;
            let work = state.db.begin().await?;
            state.studio.cancel_run(&work, run).await?;
            work.commit().await?;
            (run, argument.format)
        }
        args::Run::Resume(argument) => {
            let run = parse(&argument.run)?;
            let work = state.db.begin().await?;
            state.studio.resume_run(&work, run).await?;
            work.commit().await?;
            (run, argument.format)
        }
    };
    show(output, state, run, format).await
}

fn parse(text: &str) -> Result<PipelineRunId> {
    Uuid::try_parse(text.trim())
        .map(PipelineRunId::from)
        .map_err(|_| CliError::bad_input(format!("{text:?} is no run id: a UUID is expected")))
}

async fn show(output: Output, state: &AppState, run: PipelineRunId, format: Format) -> Result {
    let details = state.studio.run_details(&state.db.reader(), run).await?;
    output.data(format, &details, text)
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
