//! Every code of an error with its meaning and its remedy: the page `docs/errors.md`, and the lists
//! that programs show. The codes are found in the sources; a code without an explanation, or the
//! other way round, is reported.

mod explained;
mod list;
mod page;
mod sources;

use std::fs;

use anyhow::{Context as _, Result};

use crate::cargo::workspace;

const PAGE: &str = "docs/errors.md";
/// What the crate `groundwork-http` brings to every service.
const FOUNDATION: &str = "crates/http/src/openapi/errors.json";
/// What `groundwork` adds.
const OWN: &str = "crates/app/src/routes/errors.json";

/// Writes the page and the lists.
///
/// # Errors
/// If a source cannot be read, or a file not be written.
pub(crate) fn write() -> Result<Vec<String>> {
    let (violations, files) = rendered()?;
    if violations.is_empty() {
        for (path, text) in files {
            fs::write(workspace().join(path), text)
                .with_context(|| format!("cannot write {path}"))?;
        }
    }
    Ok(violations)
}

/// What is wrong with the page and the lists, a sentence each; empty is good.
///
/// # Errors
/// If a source or a file cannot be read.
pub(crate) fn violations() -> Result<Vec<String>> {
    let (mut violations, files) = rendered()?;
    if !violations.is_empty() {
        return Ok(violations);
    }
    for (path, text) in files {
        let committed = fs::read_to_string(workspace().join(path))
            .with_context(|| format!("cannot read {path}"))?;
        if committed != text {
            violations.push(format!("{path} is not current: run `cargo xtask errors`"));
        }
    }
    Ok(violations)
}

/// The path of a file and its text.
type File = (&'static str, String);

/// What is wrong with the codes, and the files as they should be.
fn rendered() -> Result<(Vec<String>, [File; 3])> {
    let root = workspace();
    let (found, foundation) = (sources::codes(&root)?, sources::foundation(&root)?);
    let files = [
        (PAGE, page::render(&found)),
        (
            FOUNDATION,
            list::render(|code| foundation.contains_key(code))?,
        ),
        (OWN, list::render(|code| !foundation.contains_key(code))?),
    ];
    Ok((page::violations(&found), files))
}
