//! The page `docs/errors.md`: every code of an error with its meaning and its remedy. The codes are
//! found in the sources; a code without an explanation, or the other way round, is reported.

mod explained;
mod page;
mod sources;

use std::fs;

use anyhow::{Context as _, Result};

use crate::cargo::workspace;

const PAGE: &str = "docs/errors.md";

/// Writes the page.
///
/// # Errors
/// If a source cannot be read, or the page not be written.
pub(crate) fn write() -> Result<Vec<String>> {
    let root = workspace();
    let found = sources::codes(&root)?;
    let violations = page::violations(&found);
    if violations.is_empty() {
        fs::write(root.join(PAGE), page::render(&found))
            .with_context(|| format!("cannot write {PAGE}"))?;
    }
    Ok(violations)
}

/// What is wrong with the page, a sentence each; empty is good.
///
/// # Errors
/// If a source or the page cannot be read.
pub(crate) fn violations() -> Result<Vec<String>> {
    let root = workspace();
    let found = sources::codes(&root)?;
    let mut violations = page::violations(&found);
    let committed =
        fs::read_to_string(root.join(PAGE)).with_context(|| format!("cannot read {PAGE}"))?;
    if violations.is_empty() && committed != page::render(&found) {
        violations.push(format!("{PAGE} is not current: run `cargo xtask errors`"));
    }
    Ok(violations)
}
