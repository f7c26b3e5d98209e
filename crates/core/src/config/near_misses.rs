//! Files in the folder of settings whose names are nearly those that are read.
//!
//! A file that nobody reads leaves the defaults in force, which is noticed late. So it is a problem,
//! unless its name says nothing about settings.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::{Problem, environment::DEVELOPMENT, known::nearest};

/// Endings that files of settings have elsewhere.
const OTHER_ENDINGS: [&str; 7] = ["yml", "json", "json5", "toml", "ini", "conf", "properties"];

/// The files in a folder that were probably meant to be read. `read` are those that were.
pub(super) fn near_misses(folder: &Path, environment: &str, read: &[PathBuf]) -> Vec<Problem> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let unread = paths.into_iter().filter(|path| !read.contains(path));
    let missed = unread.filter_map(|path| {
        let meant = meant(&path, folder, environment)?;
        Some(Problem::NearMiss { path, meant })
    });
    missed.collect()
}

/// The name that a file should have, if it was probably meant to be read.
fn meant(path: &Path, folder: &Path, environment: &str) -> Option<String> {
    let name = path.file_stem().and_then(OsStr::to_str)?;
    let ending = path.extension().and_then(OsStr::to_str)?;
    let (name_below, ending_below) = (name.to_ascii_lowercase(), ending.to_ascii_lowercase());
    let known = ["default", environment, DEVELOPMENT, "production", "test"];
    let is_yaml = ending_below == "yaml";
    if !is_yaml && !OTHER_ENDINGS.contains(&ending_below.as_str()) {
        return None;
    }
    let exact = known.into_iter().find(|known| *known == name_below);
    if let Some(exact) = exact {
        let is_right = is_yaml && name == exact && ending == "yaml";
        return (!is_right).then(|| format!("{exact}.yaml"));
    }
    // A file of another environment may resemble that of this one; what is there is not missed.
    let is_missing = !folder.join(format!("{environment}.yaml")).exists();
    let candidates = [Some("default"), is_missing.then_some(environment)];
    let near = nearest(&name_below, candidates.into_iter().flatten())?;
    // Other kinds of files have names of their own: only the ending or the name may differ.
    (is_yaml || ending_below == "yml").then(|| format!("{near}.yaml"))
}
