//! Giving files back.

use std::{io, sync::Arc};

use rustix::io::Errno;
use tokio::fs::File;

use super::{
    Damage, DamagedFile, FileStore, FilesError, StorageKey, damage,
    disk::{self, Dir},
    store::blocking,
};

/// A stored file, opened for reading. It can be read to its end even if it is removed meanwhile.
#[derive(Debug)]
pub struct StoredFile {
    /// The content; reads and seeks.
    pub content: File,
    /// Its length.
    pub size_bytes: u64,
}

impl FileStore {
    /// Opens the file under a key, if it has the length that its row says and nothing else is known
    /// against it.
    ///
    /// The caller asks for the row again when this fails, since the file may have gone with it. If
    /// the row is there, [`remember`](Self::remember) keeps a record of the damage.
    ///
    /// # Errors
    /// [`FilesError::Missing`] if there is none, [`FilesError::NotAsStored`] if it is not what its
    /// row says, [`FilesError::Foreign`] if it is something else than a regular file.
    pub async fn read(&self, key: &StorageKey, size_bytes: u64) -> Result<StoredFile, FilesError> {
        let shared = Arc::clone(&self.shared);
        let key = key.clone();
        blocking(move || {
            let file = find(&shared.root, &key)?;
            match flaw(&shared.root, &key, &file, size_bytes)? {
                None => Ok(file),
                Some(damage) => Err(DamagedFile { key, damage }.into()),
            }
        })
        .await
    }
}

/// What can be seen of a file without reading it.
fn flaw(
    root: &Dir,
    key: &StorageKey,
    file: &StoredFile,
    expected: u64,
) -> Result<Option<Damage>, FilesError> {
    if file.size_bytes != expected {
        let found = file.size_bytes;
        return Ok(Some(Damage::Size { found, expected }));
    }
    let failed = |error| FilesError::of_disk(format!("opening {key}"), error);
    match damage::recorded(root, key).map_err(failed)? {
        Some(Damage::Content) => Ok(Some(Damage::Content)),
        // What the size alone had shown has been mended since.
        Some(Damage::Missing | Damage::Size { .. }) => {
            if let Err(error) = damage::forget(root, [key]) {
                tracing::debug!(%error, %key, "left the record of a file that is back");
            }
            Ok(None)
        }
        None => Ok(None),
    }
}

fn find(root: &Dir, key: &StorageKey) -> Result<StoredFile, FilesError> {
    let (file, size_bytes) = open(root, key)?;
    Ok(StoredFile {
        content: File::from_std(file),
        size_bytes,
    })
}

/// The regular file under a key, and its length.
pub(super) fn open(root: &Dir, key: &StorageKey) -> Result<(std::fs::File, u64), FilesError> {
    let found = root
        .open(&key.owner_name())
        .and_then(|owner| owner.open(key.folder().as_str()))
        .and_then(|folder| folder.read(&key.file_name()));
    match found {
        Ok((file, stat)) if disk::is_regular(&stat) => {
            Ok((file, u64::try_from(stat.st_size).unwrap_or(0)))
        }
        Ok(_) => Err(FilesError::Foreign {
            key: key.clone(),
            what: "no regular file",
        }),
        Err(error) => Err(not_opened(key, error)),
    }
}

fn not_opened(key: &StorageKey, error: io::Error) -> FilesError {
    let key = key.clone();
    let what = match Errno::from_io_error(&error) {
        Some(Errno::NOENT) => return FilesError::Missing { key },
        // What the refusal to follow a symbolic link looks like, for a folder and for a file.
        Some(Errno::NOTDIR | Errno::LOOP) => "a link, or a file in the place of a folder",
        Some(Errno::NXIO) => "a socket or a device",
        _ => return FilesError::of_disk(format!("opening {key}"), error),
    };
    FilesError::Foreign { key, what }
}
