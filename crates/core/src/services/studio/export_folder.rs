//! A folder that appears whole or not at all.
//!
//! The process that writes one holds a lock (`flock`) on its hidden folder. One that nobody holds is what a
//! killed process has left: the next export to the same place removes it.

use std::{
    fs::{File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use cap_std::{
    ambient_authority,
    fs::{Dir, OpenOptions},
};
use tracing::warn;
use uuid::Uuid;

use super::production::{ProductionError, blocking};

/// What the name of a hidden folder ends with.
const UNFINISHED: &str = ".partial";

/// A folder that is being written under a hidden name beside its place. Dropped, it is removed.
#[derive(Debug)]
pub(super) struct ExportFolder {
    dir: Arc<Dir>,
    hidden: PathBuf,
    target: PathBuf,
    is_finished: bool,
    /// Locked, so that nobody takes the hidden folder for an abandoned one.
    _owner: File,
}

impl ExportFolder {
    /// Makes the hidden folder, and the folders above it that are missing.
    pub(super) async fn create(target: &Path, id: Uuid) -> Result<Self, ProductionError> {
        let target = target.to_owned();
        blocking(move || create(target.clone(), id).map_err(|source| not_placed(&target, source)))
            .await
    }

    /// Creates a file that is not there yet.
    pub(super) async fn create_file(&self, path: &str) -> Result<tokio::fs::File, ProductionError> {
        let (dir, path) = (Arc::clone(&self.dir), path.to_owned());
        let file = blocking(move || {
            create_file(&dir, &path).map_err(|source| ProductionError::Unwritable { path, source })
        });
        Ok(tokio::fs::File::from_std(file.await?))
    }

    /// Writes and flushes a file that is not there yet.
    pub(super) async fn write(&self, path: &str, bytes: Vec<u8>) -> Result<(), ProductionError> {
        let (dir, path) = (Arc::clone(&self.dir), path.to_owned());
        blocking(move || {
            create_file(&dir, &path)
                .and_then(|mut file| {
                    file.write_all(&bytes)?;
                    file.sync_all()
                })
                .map_err(|source| ProductionError::Unwritable { path, source })
        })
        .await
    }

    /// Flushes the folder and gives it its name.
    pub(super) async fn finish(mut self) -> Result<(), ProductionError> {
        // The folder goes along: dropping this future must not remove it under the renaming.
        blocking(move || {
            sync_folders(&self.dir)
                .and_then(|()| std::fs::rename(&self.hidden, &self.target))
                .map_err(|source| not_placed(&self.target, source))?;
            self.is_finished = true;
            std::fs::File::open(parent(&self.target))
                .and_then(|parent| parent.sync_all())
                .map_err(|source| not_placed(&self.target, source))
        })
        .await
    }

    pub(super) fn unwritable(&self, path: &str, source: io::Error) -> ProductionError {
        ProductionError::Unwritable {
            path: self.target.join(path).display().to_string(),
            source,
        }
    }
}

impl Drop for ExportFolder {
    fn drop(&mut self) {
        if self.is_finished {
            return;
        }
        if let Err(error) = std::fs::remove_dir_all(&self.hidden) {
            warn!(%error, folder = %self.hidden.display(), "left an unfinished export");
        }
    }
}

fn create(target: PathBuf, id: Uuid) -> io::Result<ExportFolder> {
    let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    match std::fs::read_dir(&target) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(io::ErrorKind::DirectoryNotEmpty.into());
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let above = parent(&target);
    std::fs::create_dir_all(above)?;
    let name = name.to_string_lossy();
    remove_abandoned(above, &name)?;
    let hidden = above.join(format!(".{name}.{id}{UNFINISHED}"));
    let owner = create_owned(&hidden)?;
    let dir = Dir::open_ambient_dir(&hidden, ambient_authority())?;
    Ok(ExportFolder {
        dir: Arc::new(dir),
        hidden,
        target,
        is_finished: false,
        _owner: owner,
    })
}

/// Makes a folder and locks it. Another export may have taken it for an abandoned one in between.
fn create_owned(folder: &Path) -> io::Result<File> {
    loop {
        std::fs::create_dir(folder)?;
        match File::open(folder) {
            Ok(owner) => {
                owner.lock()?;
                if folder.exists() {
                    return Ok(owner);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
}

/// Removes the hidden folders of earlier exports to the same place whose process is gone.
fn remove_abandoned(above: &Path, name: &str) -> io::Result<()> {
    for entry in std::fs::read_dir(above)? {
        let entry = entry?;
        let hidden = entry.file_name();
        let id = (hidden.to_str())
            .and_then(|hidden| hidden.strip_prefix(&format!(".{name}.")))
            .and_then(|rest| rest.strip_suffix(UNFINISHED));
        if id.is_some_and(|id| Uuid::parse_str(id).is_ok()) && entry.file_type()?.is_dir() {
            remove_unless_owned(&entry.path());
        }
    }
    Ok(())
}

/// What cannot be removed does not keep the next export from its work.
fn remove_unless_owned(folder: &Path) {
    let removed = match File::open(folder).map(|owner| (owner.try_lock(), owner)) {
        Ok((Ok(()), _owner)) => std::fs::remove_dir_all(folder),
        Ok((Err(TryLockError::WouldBlock), _)) => return,
        Ok((Err(TryLockError::Error(error)), _)) | Err(error) => Err(error),
    };
    if let Err(error) = removed {
        warn!(%error, folder = %folder.display(), "an earlier export left a folder");
    }
}

fn create_file(dir: &Dir, path: &str) -> io::Result<std::fs::File> {
    if let Some((folder, _)) = path.rsplit_once('/') {
        dir.create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    Ok(dir.open_with(path, &options)?.into_std())
}

/// Flushes a folder and those in it.
fn sync_folders(dir: &Dir) -> io::Result<()> {
    for entry in dir.entries()? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.open_dir()?)?;
        }
    }
    dir.open(".")?.sync_all()
}

/// The folder of a path.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn not_placed(target: &Path, source: io::Error) -> ProductionError {
    match source.kind() {
        io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => {
            ProductionError::TargetNotEmpty {
                folder: target.to_owned(),
            }
        }
        _ => ProductionError::Unwritable {
            path: target.display().to_string(),
            source,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_killed_export_has_left_is_removed_by_the_next_to_the_same_place() {
        let above = tempfile::tempdir().unwrap();
        let left = format!(".tide.{}.partial", id(1));
        let others = [
            format!(".coast.{}.partial", id(2)),
            ".tide.notes.partial".to_owned(),
        ];
        for name in others.iter().chain([&left]) {
            std::fs::create_dir(above.path().join(name)).unwrap();
            std::fs::write(above.path().join(name).join("a"), "a").unwrap();
        }
        let folder = create(above.path().join("tide"), id(3)).unwrap();
        let own = format!(".tide.{}.partial", id(3));
        let mut expected = vec![own, others[0].clone(), others[1].clone()];
        expected.sort();
        assert_eq!(names(above.path()), expected);
        drop(folder);
        assert_eq!(names(above.path()), others);
    }

    #[test]
    fn an_export_that_is_under_way_is_left_alone() {
        let above = tempfile::tempdir().unwrap();
        let target = above.path().join("tide");
        let one = create(target.clone(), id(1)).unwrap();
        let other = create(target, id(2)).unwrap();
        assert_eq!(names(above.path()).len(), 2);
        drop((one, other));
        assert_eq!(names(above.path()), [""; 0]);
    }
}
