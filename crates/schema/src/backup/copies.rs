//! The copies of a database, known by their names.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::BackupError;
use crate::migration::Direction;

/// How many copies of a database are kept, unless a caller says otherwise.
pub const KEPT: usize = 5;

/// What a copy's name ends with.
pub(super) const ENDING: &str = ".backup";
/// What a copy's name ends with until it is whole.
pub(super) const UNFINISHED: &str = ".backup-unfinished";

/// A copy of a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Backup {
    /// Where it is.
    pub file: PathBuf,
    /// When it was made, in UTC, to the millisecond: `20260102T030405678Z`.
    pub taken_at: String,
    /// Which way the migration was about to be run.
    pub direction: Direction,
    /// The migration before which it was made.
    pub migration: String,
    /// Its size.
    pub bytes: u64,
}

/// The copies of a database, the newest first.
///
/// # Errors
/// [`BackupError::Io`] if its folder cannot be read.
pub fn list(database: &Path) -> Result<Vec<Backup>, BackupError> {
    let folder = folder(database);
    let entries = fs::read_dir(folder).map_err(BackupError::io("reading", folder))?;
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(BackupError::io("reading", folder))?;
        let name = entry.file_name();
        let Some(parts) = name.to_str().and_then(|name| parse(database, name)) else {
            continue;
        };
        let (taken_at, direction, migration) = parts;
        let metadata = entry
            .metadata()
            .map_err(BackupError::io("reading", folder))?;
        found.push(Backup {
            file: entry.path(),
            taken_at,
            direction,
            migration,
            bytes: metadata.len(),
        });
    }
    found.sort_by(|one, other| other.taken_at.cmp(&one.taken_at));
    Ok(found)
}

/// The name of a copy, without its ending.
pub(super) fn stem(
    database: &Path,
    taken_at: &str,
    direction: Direction,
    migration: &str,
) -> String {
    let migration: String = migration
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .take(120)
        .collect();
    format!("{}.{taken_at}.{direction}.{migration}", file_name(database))
}

/// When a copy was made, which way, and before which migration, by its name.
fn parse(database: &Path, name: &str) -> Option<(String, Direction, String)> {
    let rest = name.strip_prefix(&file_name(database))?;
    let rest = rest.strip_prefix('.')?.strip_suffix(ENDING)?;
    let mut parts = rest.splitn(3, '.');
    let (taken_at, direction, migration) = (parts.next()?, parts.next()?, parts.next()?);
    let direction = match direction {
        "up" => Direction::Up,
        "down" => Direction::Down,
        _ => return None,
    };
    let is_instant = taken_at.len() == 19 && taken_at.ends_with('Z');
    is_instant.then(|| (taken_at.to_owned(), direction, migration.to_owned()))
}

pub(super) fn file_name(database: &Path) -> String {
    let name = database.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

pub(super) fn folder(database: &Path) -> &Path {
    match database.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Makes what was done to the names in a folder last.
pub(super) fn sync_folder(database: &Path) -> Result<(), BackupError> {
    let folder = folder(database);
    let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(BackupError::io("flushing", folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_it_is() {
        let database = Path::new("/var/studio.db");
        let stem = stem(
            database,
            "20260102T030405678Z",
            Direction::Down,
            "m2026_drop.mood",
        );
        assert_eq!(stem, "studio.db.20260102T030405678Z.down.m2026_drop_mood");
        assert_eq!(
            parse(database, &format!("{stem}.backup")),
            Some((
                "20260102T030405678Z".to_owned(),
                Direction::Down,
                "m2026_drop_mood".to_owned()
            ))
        );
        for other in [
            format!("{stem}.backup-unfinished"),
            format!("other.db{stem}.backup"),
            "studio.db.backup".to_owned(),
            "studio.db.yesterday.up.x.backup".to_owned(),
            "studio.db.20260102T030405678Z.sideways.x.backup".to_owned(),
        ] {
            assert_eq!(parse(database, &other), None, "{other}");
        }
    }
}
