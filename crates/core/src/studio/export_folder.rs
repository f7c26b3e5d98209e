//! A folder that appears whole or not at all.

use std::{
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

/// A folder that is being written under a hidden name beside its place. Dropped, it is removed.
#[derive(Debug)]
pub(super) struct ExportFolder {
    dir: Arc<Dir>,
    hidden: PathBuf,
    target: PathBuf,
    is_finished: bool,
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
        // The folder goes along: whoever drops this future must not remove it under the renaming.
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
    let hidden = above.join(format!(".{}.{id}.partial", name.to_string_lossy()));
    std::fs::create_dir(&hidden)?;
    let dir = Dir::open_ambient_dir(&hidden, ambient_authority())?;
    Ok(ExportFolder {
        dir: Arc::new(dir),
        hidden,
        target,
        is_finished: false,
    })
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

/// The folder that a path lies in.
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
