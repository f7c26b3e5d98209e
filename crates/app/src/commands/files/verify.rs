//! `groundwork files verify`

use groundwork_cli::{
    CliError, Format, Output, Result,
    text::{bytes, counted},
};
use groundwork_core::files::{Depth, Verified};

use crate::state::AppState;

/// Compares the stored files with their rows.
pub(super) async fn run(output: Output, state: &AppState, sizes: bool, format: Format) -> Result {
    let depth = match sizes {
        true => Depth::Sizes,
        false => Depth::Contents,
    };
    let bar = output.bar(None, "{spinner} {wide_msg}");
    let verified = state
        .files
        .verify(&state.db, depth, |so_far| {
            let (files, size) = (counted(so_far.files, "file"), bytes(so_far.bytes));
            bar.set_message(format!("{files}, {size}, {} damaged", so_far.damaged));
            bar.tick();
        })
        .await;
    bar.finish_and_clear();
    let verified = verified?;
    output.data(format, &verified, text)?;
    match verified.damaged.is_empty() {
        true => Ok(()),
        false => Err(CliError::found()),
    }
}

fn text(verified: &Verified) -> String {
    let mut text = String::new();
    for damaged in &verified.damaged {
        let row = damaged.row.as_deref().unwrap_or("?");
        text.push_str(&format!("{} ({} {row})\n", damaged.file, damaged.table));
    }
    let (files, size) = (counted(verified.files, "file"), bytes(verified.bytes));
    text.push_str(&match verified.damaged.len() {
        0 => format!("{files}, {size}, all as they were stored\n"),
        some => format!("{some} of {files} damaged or missing\n"),
    });
    if verified.restored > 0 {
        let restored = counted(verified.restored, "file");
        text.push_str(&format!("{restored} whole again, and served from now on\n"));
    }
    text
}
