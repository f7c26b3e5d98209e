//! Which parts of the project may use each other: the arrows of ARCHITECTURE.md, as data, and the
//! check that the code keeps them. Cargo allows any crate to use any other that does not form a
//! circle, and a module to use every other of its crate.

mod crates;
mod modules;
mod paths;

use anyhow::Result;

use crate::cargo::workspace;

/// Every use that the arrows do not allow, a sentence each; empty is good.
///
/// # Errors
/// If `cargo metadata` fails or a source cannot be read.
pub(crate) fn violations() -> Result<Vec<String>> {
    let root = workspace();
    let mut found = crates::violations(&root)?;
    found.extend(modules::violations(&root)?);
    Ok(found)
}
