//! Removing the files whose rows are gone. Triggers put a key into the trash in the same
//! transaction that removes its row, so that cascades and raw SQL count too.

use std::{collections::HashSet, sync::Arc};

use super::{FileStore, FilesError, StorageKey, remove, store::blocking, table::Trash};
use crate::db::{Database, UnitOfWork};

/// What a sweep has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Swept {
    /// Files removed.
    pub removed: u64,
    /// Files that were gone already: a sweep that was cut short, or another one beside this.
    pub missing: u64,
    /// Files left where they are, because their key has a row again.
    pub kept: u64,
    /// Trash that names no file of a store. Nothing on the disk is touched for it.
    pub refused: u64,
}

impl FileStore {
    /// Removes the files in the trash. Several may sweep at once, beside running servers.
    ///
    /// A batch is read, compared with the rows and unlinked within one unit of work, so that no
    /// row can claim a file back in between; its keys leave the trash only when the folders are
    /// flushed. On SQLite, where a unit keeps all writers waiting, the flush is between two units.
    ///
    /// # Errors
    /// [`FilesError::Estranged`] if the root belongs to another database; if the database fails. A
    /// file that cannot be removed stays in the trash and is reported after all the others have been
    /// tried.
    pub async fn sweep(&self, db: &Database) -> Result<Swept, FilesError> {
        let mut swept = Swept::default();
        if !self.has_trash(db).await? {
            return Ok(swept);
        }
        self.claim(db).await?;
        let mut failure = None;
        for trash in self.shared.tables.trashes() {
            let failed = self.sweep_trash(db, trash, &mut swept).await?;
            failure = failure.or(failed);
        }
        failure.map_or(Ok(swept), Err)
    }

    async fn has_trash(&self, db: &Database) -> Result<bool, FilesError> {
        for trash in self.shared.tables.trashes() {
            if !trash.some(&db.reader()).await?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Gives the first reason why a file could not be removed.
    async fn sweep_trash(
        &self,
        db: &Database,
        trash: Trash,
        swept: &mut Swept,
    ) -> Result<Option<FilesError>, FilesError> {
        let mut failure = None;
        let mut after: Option<String> = None;
        loop {
            let work = db.begin().await?;
            let keys = trash.after(&work, after.as_deref()).await?;
            let Some(last) = keys.last() else {
                work.rollback().await?;
                return Ok(failure);
            };
            after = Some(last.clone());
            let batch = Batch { trash, keys };
            let failed = self.sweep_batch(db, work, batch, swept).await?;
            failure = failure.or(failed);
        }
    }

    /// Gives the reason why a file could not be removed.
    async fn sweep_batch(
        &self,
        db: &Database,
        mut work: UnitOfWork,
        Batch { trash, keys }: Batch,
        swept: &mut Swept,
    ) -> Result<Option<FilesError>, FilesError> {
        let Sorted {
            unclaimed,
            mut settled,
        } = self.sort(&work, keys, swept).await?;
        let shared = Arc::clone(&self.shared);
        let unlinked = blocking(move || Ok(remove::unlink(&shared.root, unclaimed))).await?;
        // One writer holds up all others, so nothing slow is done while it is held.
        if !db.engine().capabilities().locks_rows {
            work.rollback().await?;
            let removed = self.flush(unlinked, &mut settled, swept).await?;
            work = db.begin_removal().await?;
            trash.forget(&work, &settled).await?;
            work.commit().await?;
            return Ok(removed);
        }
        let removed = self.flush(unlinked, &mut settled, swept).await?;
        trash.forget(&work, &settled).await?;
        work.commit().await?;
        Ok(removed)
    }

    async fn sort(
        &self,
        work: &UnitOfWork,
        batch: Vec<String>,
        swept: &mut Swept,
    ) -> Result<Sorted, FilesError> {
        let mut sorted = Sorted::default();
        for text in batch {
            match text.parse::<StorageKey>() {
                Ok(key) => sorted.unclaimed.push(key),
                Err(error) => {
                    tracing::warn!(%error, key = text, "dropped trash that names no file");
                    swept.refused += 1;
                    sorted.settled.push(text);
                }
            }
        }
        let claimed: HashSet<StorageKey> =
            self.shared.tables.known(work, &sorted.unclaimed).await?;
        swept.kept += claimed.len() as u64;
        sorted.unclaimed.retain(|key| !claimed.contains(key));
        sorted
            .settled
            .extend(claimed.iter().map(StorageKey::to_string));
        Ok(sorted)
    }

    async fn flush(
        &self,
        unlinked: remove::Unlinked,
        settled: &mut Vec<String>,
        swept: &mut Swept,
    ) -> Result<Option<FilesError>, FilesError> {
        let shared = Arc::clone(&self.shared);
        let removed = blocking(move || {
            let removed = unlinked.flush(&shared.root);
            shared.forget_damage(&removed.gone);
            Ok(removed)
        })
        .await?;
        swept.removed += removed.found;
        swept.missing += (removed.gone.len() as u64).saturating_sub(removed.found);
        settled.extend(removed.gone.iter().map(StorageKey::to_string));
        Ok(removed.failure)
    }
}

/// Some keys of a trash table.
struct Batch {
    trash: Trash,
    keys: Vec<String>,
}

/// The keys of a batch by what happens to them.
#[derive(Default)]
struct Sorted {
    /// Their files are removed.
    unclaimed: Vec<StorageKey>,
    /// They leave the trash.
    settled: Vec<String>,
}
