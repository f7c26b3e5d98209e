//! `groundwork files adopt`

use groundwork_cli::{Format, Output, Result, text::counted};
use groundwork_core::files::{Depth, Verified};

use crate::state::AppState;

/// Makes the files root the one of the database.
pub(super) async fn run(output: Output, state: &AppState, format: Format) -> Result {
    state.files.adopt(&state.db).await?;
    let verified = state.files.verify(&state.db, Depth::Sizes, |_| {}).await?;
    output.data(format, &verified, |verified| {
        format!(
            "{} belongs to this database now\n{}",
            state.files.root().display(),
            files(verified)
        )
    })
}

fn files(verified: &Verified) -> String {
    let all = counted(verified.files, "file");
    match verified.damaged.len() {
        0 => format!("  {all}, all there\n"),
        some => format!("  {some} of {all} damaged or missing; see `groundwork files verify`\n"),
    }
}
