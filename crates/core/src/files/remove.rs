//! Taking files away: first the names, then the flush after which nobody needs to remember them.

use std::{collections::BTreeMap, io};

use super::{FilesError, StorageKey, disk::Dir};

/// Files that have lost their names, not yet durably.
pub(super) struct Unlinked {
    folders: Vec<Changed>,
    removed: Removed,
}

struct Changed {
    owner: Dir,
    folder: Dir,
    keys: Vec<StorageKey>,
}

/// Files that will not come back, whatever happens.
#[derive(Debug, Default)]
pub(super) struct Removed {
    /// Those that are gone, including those that were not there.
    pub(super) gone: Vec<StorageKey>,
    /// How many of them were there.
    pub(super) found: u64,
    /// Why some are not gone: the first reason met.
    pub(super) failure: Option<FilesError>,
}

/// Unlinks files. One that cannot be unlinked does not keep the others from it.
pub(super) fn unlink(root: &Dir, keys: impl IntoIterator<Item = StorageKey>) -> Unlinked {
    let mut groups: BTreeMap<_, Vec<StorageKey>> = BTreeMap::new();
    for key in keys {
        let folder = (key.owner(), key.folder().clone());
        groups.entry(folder).or_default().push(key);
    }
    let mut unlinked = Unlinked {
        folders: Vec::new(),
        removed: Removed::default(),
    };
    for keys in groups.into_values() {
        unlinked.unlink_in_one_folder(root, keys);
    }
    unlinked
}

impl Unlinked {
    fn unlink_in_one_folder(&mut self, root: &Dir, keys: Vec<StorageKey>) {
        let opened = match open_folder(root, &keys) {
            Ok(Some(opened)) => opened,
            // A folder is flushed before it is removed.
            Ok(None) => return self.removed.gone.extend(keys),
            Err(error) => return self.removed.fail(error),
        };
        let (owner, folder) = opened;
        let mut changed = Changed {
            owner,
            folder,
            keys: Vec::new(),
        };
        for key in keys {
            match changed.folder.unlink(&key.file_name()) {
                Ok(found) => {
                    self.removed.found += u64::from(found);
                    changed.keys.push(key);
                }
                Err(error) => self
                    .removed
                    .fail(FilesError::of_disk(format!("removing {key}"), error)),
            }
        }
        self.folders.push(changed);
    }

    /// Flushes the folders, and removes those that have become empty. A folder is flushed even if
    /// the files were not there: another process may have removed them and not flushed the folder yet.
    pub(super) fn flush(mut self, root: &Dir) -> Removed {
        for changed in self.folders {
            match changed.flush(root) {
                Ok(keys) => self.removed.gone.extend(keys),
                Err(error) => self.removed.fail(error),
            }
        }
        self.removed
    }
}

impl Changed {
    fn flush(self, root: &Dir) -> Result<Vec<StorageKey>, FilesError> {
        self.folder.sync().map_err(|error| {
            FilesError::of_sync(format!("flushing {}", self.folder.path()), error)
        })?;
        if let Some(key) = self.keys.first()
            && let Err(error) = prune(root, &self.owner, key)
        {
            tracing::debug!(%error, folder = self.folder.path(), "left an empty folder");
        }
        Ok(self.keys)
    }
}

impl Removed {
    /// All of it, or the reason why not.
    pub(super) fn into_result(self) -> Result<(), FilesError> {
        self.failure.map_or(Ok(()), Err)
    }

    fn fail(&mut self, error: FilesError) {
        self.failure.get_or_insert(error);
    }
}

/// The owner's folder and the kind folder of keys that have them in common, if they exist.
fn open_folder(root: &Dir, keys: &[StorageKey]) -> Result<Option<(Dir, Dir)>, FilesError> {
    let Some(key) = keys.first() else {
        return Ok(None);
    };
    let opened = root.open(&key.owner_name()).and_then(|owner| {
        let folder = owner.open(key.folder().as_str())?;
        Ok((owner, folder))
    });
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FilesError::of_disk(format!("removing {key}"), error)),
    }
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
