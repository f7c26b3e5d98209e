//! The second step of storing a file: it gets its name under the root, durably, before any row
//! speaks of it. The staged entry stays beside it until the outcome of the row is known.

use std::{collections::BTreeMap, io, sync::Arc};

use super::{
    FileFacts, FileStore, FilesError, Folder, Staged, StorageKey,
    disk::Dir,
    remove,
    staging::{Entry, Staging},
    store::{Shared, blocking},
};

/// How often the folders are made again because a sweeper removed them, being empty, before the
/// first link came into them.
const FOLDER_ATTEMPTS: usize = 8;

/// A file that is durably under its key, while the row that speaks of it is not yet committed.
///
/// Once the commit is known to have succeeded, [`acknowledge`](Self::acknowledge); once it is known
/// to have failed, [`discard`](Self::discard). When neither is known, drop it: the file stays, and
/// [`FileStore::repair`] asks the tables after this process is gone.
#[derive(Debug)]
#[must_use = "a published file is to be acknowledged or discarded"]
pub struct Published {
    shared: Arc<Shared>,
    entry: Entry,
    facts: FileFacts,
}

impl Published {
    /// What is known about the file, for its row.
    #[must_use]
    pub fn facts(&self) -> &FileFacts {
        &self.facts
    }

    /// The key of the file.
    #[must_use]
    pub fn key(&self) -> &StorageKey {
        &self.facts.key
    }

    /// The row is committed: the file is stored for good.
    pub fn acknowledge(self) {
        self.entry.remove();
    }

    /// The row was rolled back: removes the file.
    ///
    /// # Errors
    /// If the disk fails; what is left is then removed by the next repair.
    pub async fn discard(self) -> Result<(), FilesError> {
        blocking(move || discard(vec![self])).await
    }
}

impl FileStore {
    /// Gives a staged file its name under the root.
    ///
    /// # Errors
    /// If the disk is full or fails; nothing of the file is then left. The same holds if the
    /// future is dropped.
    pub async fn publish(&self, staged: Staged) -> Result<Published, FilesError> {
        let mut published = self.publish_all(vec![staged]).await?;
        published
            .pop()
            .ok_or_else(|| FilesError::of_disk("publishing a file", io::ErrorKind::NotFound.into()))
    }

    /// Publishes many files, flushing each folder once. The result has the order of `staged`.
    ///
    /// # Errors
    /// As for [`publish`](Self::publish), for all of them together.
    pub async fn publish_all(&self, staged: Vec<Staged>) -> Result<Vec<Published>, FilesError> {
        let shared = Arc::clone(&self.shared);
        let unclaimed = blocking(move || publish(&shared, staged)).await?;
        Ok(unclaimed.claim())
    }

    /// Discards many files whose rows were rolled back, flushing each folder once.
    ///
    /// # Errors
    /// If the disk fails; what is left is then removed by the next repair.
    pub async fn discard_all(&self, published: Vec<Published>) -> Result<(), FilesError> {
        blocking(move || discard(published)).await
    }
}

/// Published files that the caller has not received yet. There can be no row for them, so that they
/// are discarded when dropped.
#[derive(Default)]
struct Unclaimed(Vec<Published>);

impl Unclaimed {
    fn claim(mut self) -> Vec<Published> {
        std::mem::take(&mut self.0)
    }
}

impl Drop for Unclaimed {
    fn drop(&mut self) {
        if let Err(error) = discard(std::mem::take(&mut self.0)) {
            tracing::warn!(%error, "left published files without rows for repair");
        }
    }
}

fn publish(shared: &Arc<Shared>, staged: Vec<Staged>) -> Result<Unclaimed, FilesError> {
    sync_stagings(&staged)?;
    let mut order = BTreeMap::new();
    let mut folders: BTreeMap<_, Vec<Staged>> = BTreeMap::new();
    for (at, staged) in staged.into_iter().enumerate() {
        let key = &staged.facts.key;
        order.insert(key.clone(), at);
        let folder = (key.owner_name(), key.folder().clone());
        folders.entry(folder).or_default().push(staged);
    }
    let mut unclaimed = Unclaimed::default();
    for ((owner, folder), group) in folders {
        link_group(shared, &owner, &folder, group, &mut unclaimed)?;
    }
    // After the links, so that no row speaks of a file that a restart does not find.
    shared.require_root()?;
    unclaimed
        .0
        .sort_by_key(|published| order.get(published.key()).copied());
    Ok(unclaimed)
}

/// The log comes before what it logs: an entry whose name could still vanish must have no link.
fn sync_stagings(staged: &[Staged]) -> Result<(), FilesError> {
    let mut synced: Option<&Arc<Staging>> = None;
    for staging in staged.iter().map(|staged| staged.entry.staging()) {
        if synced.is_none_or(|synced| !Arc::ptr_eq(synced, staging)) {
            staging
                .dir()
                .sync()
                .map_err(|error| FilesError::of_sync("flushing the staging folder", error))?;
            synced = Some(staging);
        }
    }
    Ok(())
}

fn link_group(
    shared: &Arc<Shared>,
    owner: &str,
    folder: &Folder,
    group: Vec<Staged>,
    unclaimed: &mut Unclaimed,
) -> Result<(), FilesError> {
    let Some(first) = group.first() else {
        return Ok(());
    };
    let dir = link_first(&shared.root, owner, folder, &first.entry)?;
    // Each link is put down as soon as it exists, so that a later failure takes it back.
    for (at, Staged { mut entry, facts }) in group.into_iter().enumerate() {
        if at > 0 {
            link(&entry, &dir)
                .map_err(|error| FilesError::of_disk(format!("linking {}", facts.key), error))?;
        }
        entry.remain();
        unclaimed.0.push(Published {
            shared: Arc::clone(shared),
            entry,
            facts,
        });
    }
    dir.sync()
        .map_err(|error| FilesError::of_sync(format!("flushing the folder {}", dir.path()), error))
}

/// Links the first file into its folder, which from then on is not empty and cannot be removed.
fn link_first(root: &Dir, owner: &str, folder: &Folder, entry: &Entry) -> Result<Dir, FilesError> {
    let mut attempt = 1;
    loop {
        let linked = make_folders(root, owner, folder).and_then(|dir| {
            link(entry, &dir)?;
            Ok(dir)
        });
        match linked {
            Err(error) if error.kind() == io::ErrorKind::NotFound && attempt < FOLDER_ATTEMPTS => {
                attempt += 1;
            }
            linked => {
                return linked.map_err(|error| {
                    FilesError::of_disk(format!("linking {}", entry.key()), error)
                });
            }
        }
    }
}

/// Makes the folders of an owner. The parents are flushed even where the folder was there: another
/// process may have made it and not flushed it yet. Flushing a folder without changes costs microseconds.
fn make_folders(root: &Dir, owner: &str, folder: &Folder) -> io::Result<Dir> {
    root.make(owner)?;
    root.sync()?;
    let owner = root.open(owner)?;
    owner.make(folder.as_str())?;
    owner.sync()?;
    owner.open(folder.as_str())
}

fn link(entry: &Entry, dir: &Dir) -> io::Result<()> {
    let file = entry.key().file_name();
    entry.staging().dir().link(&entry.name(), dir, &file)
}

fn discard(published: Vec<Published>) -> Result<(), FilesError> {
    let Some(shared) = published
        .first()
        .map(|published| Arc::clone(&published.shared))
    else {
        return Ok(());
    };
    let keys = published
        .iter()
        .map(|published| published.facts.key.clone());
    remove::unlink(&shared.root, keys)
        .flush(&shared.root)
        .into_result()?;
    // Only now: as long as a link could come back, its entry must remain.
    for published in published {
        published.entry.remove();
    }
    Ok(())
}
