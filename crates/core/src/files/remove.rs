//! Taking files away: unlinked, and the folder flushed before anybody forgets that they were there.

use std::io;

use super::{FilesError, StorageKey, disk::Dir};

/// Removes files that lie in one folder, and then the folder and its owner's if they are empty.
/// Gives the number of files that were there.
///
/// The folder is flushed even if they were not: who removed them may not have come so far.
pub(super) fn from_folder(root: &Dir, keys: &[StorageKey]) -> Result<u64, FilesError> {
    let Some(first) = keys.first() else {
        return Ok(0);
    };
    let failed = |error| FilesError::of_disk(format!("removing {first}"), error);
    let owner = match root.open(&first.owner_name()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        owner => owner.map_err(failed)?,
    };
    let folder = match owner.open(first.folder().as_str()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        folder => folder.map_err(failed)?,
    };
    let mut removed = 0;
    for key in keys {
        if folder.unlink(&key.file_name()).map_err(failed)? {
            removed += 1;
        }
    }
    folder
        .sync()
        .map_err(|error| FilesError::of_sync(format!("flushing {}", folder.path()), error))?;
    prune(root, &owner, first).map_err(failed)?;
    Ok(removed)
}

/// Removes emptied folders. A publication that is about to link into one notices and makes it
/// anew; one that has linked keeps it from being empty. Nothing is flushed: an empty folder that
/// comes back after a crash does no harm.
fn prune(root: &Dir, owner: &Dir, key: &StorageKey) -> io::Result<()> {
    if owner.remove_empty(key.folder().as_str())? {
        root.remove_empty(&key.owner_name())?;
    }
    Ok(())
}
