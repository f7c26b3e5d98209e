//! `groundwork signals import`

use std::path::Path;

use anyhow::Result;
use groundwork_core::services::signals::{
    ImportEvent, ImportOptions, Imported, LineProblem, OnProblem,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::{
    fs::File,
    io::{AsyncRead, BufReader},
};

use super::rollup::{self, counted};
use crate::{
    cli::Import,
    failure::Refusal,
    foundation::Foundation,
    output::{Output, printable},
};

/// How much is read at once.
const READ_BYTES: usize = 256 * 1024;

/// Stores the articles of a file.
pub(super) async fn run(output: Output, parts: &Foundation, import: &Import) -> Result<()> {
    let (input, length) = open(&import.file).await?;
    let bar = bar(output, length);
    let watch = |event: ImportEvent<'_>| match event {
        ImportEvent::Problem(problem) => bar.suspend(|| tell(output, &import.file, problem)),
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
    let imported = parts.signals.import(input, options, &watch).await;
    bar.finish_and_clear();
    let imported = imported?;
    output.data(import.format, &imported, text)?;
    match imported.bad + imported.conflicts {
        0 => Ok(()),
        lines => Err(Refusal::Lines(lines).into()),
    }
}

/// The input, and how long it is as far as that is known.
async fn open(file: &Path) -> Result<(Box<dyn AsyncRead + Send + Unpin>, Option<u64>), Refusal> {
    if file == Path::new("-") {
        return Ok((Box::new(tokio::io::stdin()), None));
    }
    let cannot = |error| Refusal::Argument(format!("cannot open {}: {error}", file.display()));
    let opened = File::open(file).await.map_err(cannot)?;
    let found = opened.metadata().await.map_err(cannot)?;
    if found.is_dir() {
        let message = format!("{} is a folder: name a file of JSON lines", file.display());
        return Err(Refusal::Argument(message));
    }
    let length = Some(found.len()).filter(|length| *length > 0);
    Ok((Box::new(opened), length))
}

fn tell(output: Output, file: &Path, problem: &LineProblem) {
    let file = match file == Path::new("-") {
        true => "standard input".into(),
        false => file.to_string_lossy(),
    };
    output.note(printable(&format!("{file}: {problem}")));
}

fn text(imported: &Imported) -> String {
    let Imported {
        inserted,
        updated,
        unchanged,
        bad,
        conflicts,
        entities_added,
        rollup: rolled_up,
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
    text.push_str(&rollup::text(rolled_up));
    text
}

/// A bar on a terminal, and nothing elsewhere.
fn bar(output: Output, length: Option<u64>) -> ProgressBar {
    let target = match output.shows_progress() {
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    };
    let template = match length {
        Some(_) => "{bar:32} {bytes}/{total_bytes}  {eta}  {wide_msg}",
        None => "{spinner} {bytes}  {wide_msg}",
    };
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(length, target).with_style(style)
}
