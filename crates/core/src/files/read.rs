//! Giving files back.

use std::io;

use rustix::io::Errno;
use tokio::fs::File;

use super::{
    FileStore, FilesError, StorageKey,
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
    /// Opens the file under a key.
    ///
    /// # Errors
    /// [`FilesError::Missing`] if there is none, [`FilesError::Foreign`] if it is something else than
    /// a regular file.
    pub async fn read(&self, key: &StorageKey) -> Result<StoredFile, FilesError> {
        let shared = std::sync::Arc::clone(&self.shared);
        let key = key.clone();
        blocking(move || find(&shared.root, key)).await
    }
}

fn find(root: &Dir, key: StorageKey) -> Result<StoredFile, FilesError> {
    let found = root
        .open(&key.owner_name())
        .and_then(|owner| owner.open(key.folder().as_str()))
        .and_then(|folder| folder.read(&key.file_name()));
    match found {
        Ok((file, stat)) if disk::is_regular(&stat) => Ok(StoredFile {
            content: File::from_std(file),
            size_bytes: u64::try_from(stat.st_size).unwrap_or(0),
        }),
        Ok(_) => Err(FilesError::Foreign {
            key,
            what: "no regular file",
        }),
        Err(error) => Err(not_opened(key, error)),
    }
}

fn not_opened(key: StorageKey, error: io::Error) -> FilesError {
    let what = match Errno::from_io_error(&error) {
        Some(Errno::NOENT) => return FilesError::Missing { key },
        // What the refusal to follow a symbolic link looks like, for a folder and for a file.
        Some(Errno::NOTDIR | Errno::LOOP) => "a link, or a file in the place of a folder",
        Some(Errno::NXIO) => "a socket or a device",
        _ => return FilesError::of_disk(format!("opening {key}"), error),
    };
    FilesError::Foreign { key, what }
}
