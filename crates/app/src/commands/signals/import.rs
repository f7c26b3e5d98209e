//! `groundwork signals import`

use std::path::Path;

use groundwork_cli::{
    CliError, Exit, Output, Result,
    text::{counted, printable},
};
use groundwork_core::services::signals::{
    ImportEvent, ImportOptions, Imported, LineProblem, OnProblem, SignalsError,
};
use tokio::{
    fs::File,
    io::{AsyncRead, BufReader},
};

use super::args::Import;
use super::rollup;
use crate::state::AppState;

/// How much is read at once.
const READ_BYTES: usize = 256 * 1024;

/// Stores the articles of a file.
pub(super) async fn run(output: Output, state: &AppState, import: &Import) -> Result {
    let (input, length) = open(&import.file).await?;
    let template = match length {
        Some(_) => "{bar:32} {bytes}/{total_bytes}  {eta}  {wide_msg}",
        None => "{spinner} {bytes}  {wide_msg}",
    };
    let bar = output.bar(length, template);
    let watch = |event: ImportEvent<'_>| match event {
        ImportEvent::Problem(problem) => bar.suspend(|| report(output, &import.file, problem)),
        ImportEvent::Done {
            bytes,
            through_line,
        } => {
            bar.inc(bytes);
            bar.set_message(format!("{through_line} lines"));
        }
        ImportEvent::RollingUp => bar.set_message("bringing the time series up to date"),
        _ => {}
    };
    let options = ImportOptions {
        on_problem: match import.strict {
            true => OnProblem::StoreNothing,
            false => OnProblem::GoOn,
        },
        category: import.category,
    };
    let input = BufReader::with_capacity(READ_BYTES, input);
    let imported = state.signals.import(input, options, &watch).await;
    bar.finish_and_clear();
    let imported = match imported {
        Ok(imported) => imported,
        Err(error) => return Err(not_rolled_up(output, import, error)?),
    };
    output.data(import.format, &imported, text)?;
    match imported.bad + imported.conflicts {
        0 => Ok(()),
        lines => {
            let were = if lines == 1 { "was" } else { "were" };
            let message = format!("{} {were} not stored", counted(lines, "line"));
            Err(CliError::bad_input(message)
                .with_advice("correct them and import the file again; the rest is stored"))
        }
    }
}

/// Where the articles are stored, reports them as usual: only the time series is left to do.
fn not_rolled_up(output: Output, import: &Import, error: SignalsError) -> Result<CliError> {
    if let SignalsError::NotRolledUp { imported, .. } = &error {
        output.data(import.format, imported.as_ref(), stored)?;
        let advice = "`groundwork signals rollup` goes on from there";
        return Ok(CliError::new(Exit::TryAgain, error).with_advice(advice));
    }
    Ok(error.into())
}

/// The input, and how long it is as far as that is known.
async fn open(file: &Path) -> Result<(Box<dyn AsyncRead + Send + Unpin>, Option<u64>)> {
    if file == Path::new("-") {
        return Ok((Box::new(tokio::io::stdin()), None));
    }
    let cannot = |error| CliError::bad_input(format!("cannot open {}: {error}", file.display()));
    let opened = File::open(file).await.map_err(cannot)?;
    let found = opened.metadata().await.map_err(cannot)?;
    if found.is_dir() {
        let message = format!("{} is a folder: name a file of JSON lines", file.display());
        return Err(CliError::bad_input(message));
    }
    let length = Some(found.len()).filter(|length| *length > 0);
    Ok((Box::new(opened), length))
}

fn report(output: Output, file: &Path, problem: &LineProblem) {
    let file = match file == Path::new("-") {
        true => "standard input".into(),
        false => file.to_string_lossy(),
    };
    output.note(printable(&format!("{file}: {problem}")));
}

fn text(imported: &Imported) -> String {
    stored(imported) + &rollup::text(&imported.rollup)
}

/// What became of the lines.
fn stored(imported: &Imported) -> String {
    let Imported {
        inserted,
        updated,
        unchanged,
        bad,
        conflicts,
        entities_added,
        ..
    } = imported;
    let inserted = counted(*inserted, "article");
    let mut text = format!("{inserted} inserted, {updated} updated, {unchanged} unchanged");
    if bad + conflicts > 0 {
        let (bad, conflicts) = (counted(*bad, "bad line"), counted(*conflicts, "conflict"));
        text.push_str(&format!("; {bad}, {conflicts}"));
    }
    if *entities_added > 0 {
        let added = counted(*entities_added, "name");
        text.push_str(&format!("\n  {added} tracked from now on"));
    }
    text
}
