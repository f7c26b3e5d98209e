//! The file of a new migration, and its place in the list.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use super::{
    error::{NewError, file_error},
    list::{List, Place},
    name::{require_free, require_good, timestamp, timestamp_before},
};

/// What was written.
#[derive(Debug)]
pub(in crate::cli) struct Written {
    pub(in crate::cli) migration: String,
    pub(in crate::cli) file: PathBuf,
}

/// The migrations that a new one comes after: those that the list names, whether the program was
/// built with them or not.
pub(super) fn listed(sources: &Path) -> Result<Vec<String>, NewError> {
    let (path, text) = list_text(sources)?;
    let list = List::read(&text).ok_or_else(|| NewError::NoList {
        path,
        name: "a migration".to_owned(),
    })?;
    Ok(list.names())
}

/// All migrations that there are, listed or built, none of which may have this name.
fn others(sources: &Path, name: &str, known: &[&str]) -> Result<Vec<String>, NewError> {
    require_good(name)?;
    let mut all = listed(sources)?;
    all.extend(known.iter().map(|&known| known.to_owned()));
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    require_free(name, &names)?;
    Ok(all)
}

/// A name that no migration has, with its timestamp.
pub(super) fn full_name(
    sources: &Path,
    name: &str,
    now: DateTime<Utc>,
    known: &[&str],
) -> Result<String, NewError> {
    let all = others(sources, name, known)?;
    Ok(format!(
        "{}_{name}",
        timestamp(now, all.iter().max().map(String::as_str))
    ))
}

/// Writes the file of a new migration into `sources` and registers it in `lib.rs` after all others.
pub(super) fn add(
    sources: &Path,
    name: &str,
    now: DateTime<Utc>,
    known: &[&str],
    contents: &str,
) -> Result<Written, NewError> {
    let migration = full_name(sources, name, now, known)?;
    let file = write_and_register(sources, &migration, contents, Place::Last)?;
    Ok(Written { migration, file })
}

/// Writes a migration that comes before all others.
pub(in crate::cli) fn add_first(
    sources: &Path,
    name: &str,
    now: DateTime<Utc>,
    known: &[&str],
    contents: &str,
) -> Result<Written, NewError> {
    let all = others(sources, name, known)?;
    let migration = format!(
        "{}_{name}",
        timestamp_before(now, all.iter().min().map(String::as_str))
    );
    let file = write_and_register(sources, &migration, contents, Place::First)?;
    Ok(Written { migration, file })
}

fn list_text(sources: &Path) -> Result<(PathBuf, String), NewError> {
    let list = sources.join("lib.rs");
    match fs::read_to_string(&list) {
        Ok(text) => Ok((list, text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(NewError::NoSources { path: list })
        }
        Err(error) => Err(file_error(&list)(error)),
    }
}

fn write_and_register(
    sources: &Path,
    full_name: &str,
    contents: &str,
    place: Place,
) -> Result<PathBuf, NewError> {
    let (list, before) = list_text(sources)?;
    let read = List::read(&before).ok_or_else(|| NewError::NoList {
        path: list.clone(),
        name: full_name.to_owned(),
    })?;
    let after = read.with(full_name, place);
    let file = sources.join(format!("{full_name}.rs"));
    write(&file, contents)?;
    // Renamed over the old one, so that it is never half written.
    let draft = sources.join(".lib.rs.new");
    let replaced =
        write(&draft, &after).and_then(|()| fs::rename(&draft, &list).map_err(file_error(&list)));
    if replaced.is_err() {
        fs::remove_file(&file).ok();
        fs::remove_file(&draft).ok();
    }
    replaced.map(|()| file)
}

/// Writes a file that does not exist yet.
fn write(path: &Path, text: &str) -> Result<(), NewError> {
    let mut options = fs::OpenOptions::new();
    options
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(file_error(path))
}
