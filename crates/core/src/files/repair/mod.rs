//! What a crash left behind, found through the staging folders of processes that are gone.

use std::{collections::HashSet, io, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    FileStore, FilesError, StorageKey, disk,
    disk::Dir,
    health::PROBE,
    remove,
    staging::{STAGING, Staging},
    store::blocking,
    table::FileTables,
};
use crate::db::Database;

/// How many entries are decided together.
const BATCH: usize = 64;
/// How long a repair waits for transactions whose outcome it needs.
const WRITERS_TIMEOUT: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);

/// What a repair has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired {
    /// Staging folders taken over from processes that are gone.
    pub folders: u64,
    /// Files whose rows were committed: stored for good, only not acknowledged.
    pub confirmed: u64,
    /// Files without rows: removed.
    pub removed: u64,
    /// Files left to the next repair, because a transaction that may yet commit their rows was
    /// still open after ten seconds.
    pub undecided: u64,
}

impl FileStore {
    /// Settles what processes that are gone had in flight. Call it when a program starts; it works
    /// beside others, whose staging folders it leaves alone.
    ///
    /// The primary database decides whether a file stays; it is asked in a unit of work of its own.
    /// On PostgreSQL a commit that a dead process had sent may still be under way: transactions
    /// that have written to the tables of the store are waited for before a missing row counts as
    /// missing. On SQLite a transaction dies with its process.
    ///
    /// # Errors
    /// [`FilesError::Estranged`] if the root belongs to another database; if the database or the disk
    /// fails. What is not yet settled is left to the next repair.
    pub async fn repair(&self, db: &Database) -> Result<Repaired, FilesError> {
        self.claim(db).await?;
        let tables = self.shared.tables;
        let deadline = Instant::now() + WRITERS_TIMEOUT;
        let primary = Primary {
            db,
            tables,
            deadline,
        };
        self.repair_by(&primary).await
    }

    pub(super) async fn repair_by(&self, rows: &impl Rows) -> Result<Repaired, FilesError> {
        let shared = Arc::clone(&self.shared);
        let names = blocking(move || {
            abandoned(&shared.root).map_err(|error| failed("listing staging folders", error))
        })
        .await?;
        let mut repaired = Repaired::default();
        for name in names {
            self.repair_folder(name, rows, &mut repaired).await?;
        }
        Ok(repaired)
    }

    async fn repair_folder(
        &self,
        name: String,
        rows: &impl Rows,
        repaired: &mut Repaired,
    ) -> Result<(), FilesError> {
        let shared = Arc::clone(&self.shared);
        let taken = blocking(move || {
            take_over(&shared.root, &name)
                .map_err(|error| failed("taking over a staging folder", error))
        });
        let Some((staging, keys)) = taken.await? else {
            return Ok(());
        };
        repaired.folders += 1;
        let staging = Arc::new(staging);
        for batch in keys.chunks(BATCH) {
            let lookup = rows.committed(batch).await?;
            let (known, unknown): (Vec<_>, Vec<_>) = batch
                .iter()
                .cloned()
                .partition(|key| lookup.committed.contains(key));
            repaired.confirmed += known.len() as u64;
            let orphans = if lookup.is_final {
                unknown
            } else {
                repaired.undecided += unknown.len() as u64;
                Vec::new()
            };
            repaired.removed += orphans.len() as u64;
            let (shared, staging) = (Arc::clone(&self.shared), Arc::clone(&staging));
            blocking(move || settle(&shared.root, &staging, known, orphans)).await?;
        }
        Ok(())
    }
}

/// Where to ask which files have rows.
pub(super) trait Rows {
    async fn committed(&self, keys: &[StorageKey]) -> Result<RowLookup, FilesError>;
}

/// Which of some files have rows.
pub(super) struct RowLookup {
    /// Those of the keys that have a row.
    pub(super) committed: HashSet<StorageKey>,
    /// Whether the others can never get one.
    pub(super) is_final: bool,
}

struct Primary<'a> {
    db: &'a Database,
    tables: FileTables,
    /// Until when all waits of this repair together may last.
    deadline: Instant,
}

impl Rows for Primary<'_> {
    async fn committed(&self, keys: &[StorageKey]) -> Result<RowLookup, FilesError> {
        // A writer that has the database to itself leaves none to wait for.
        let has_writers = self.db.engine().capabilities().locks_rows;
        let is_final = !has_writers || self.wait_for_writers().await?;
        let work = self.db.begin().await?;
        let committed = self.tables.known(&work, keys).await?;
        work.rollback().await?;
        Ok(RowLookup {
            committed,
            is_final,
        })
    }
}

impl Primary<'_> {
    /// Waits until every transaction that has written to the tables of the store by now has ended.
    async fn wait_for_writers(&self) -> Result<bool, FilesError> {
        let mut open = self.writers().await?;
        while !open.is_empty() {
            if Instant::now() >= self.deadline {
                tracing::warn!(
                    transactions = open.len(),
                    tables = self.tables.names(),
                    "left files undecided: transactions that may commit their rows are still open"
                );
                return Ok(false);
            }
            tokio::time::sleep(PAUSE).await;
            let still = self.writers().await?;
            open.retain(|writer| still.contains(writer));
        }
        Ok(true)
    }

    async fn writers(&self) -> Result<HashSet<String>, FilesError> {
        let work = self.db.begin().await?;
        let writers = self.tables.writers(&work).await?;
        work.rollback().await?;
        Ok(writers)
    }
}

/// The names of all staging folders; their locks show which process they belong to.
fn abandoned(root: &Dir) -> io::Result<Vec<String>> {
    match root.open(STAGING) {
        Ok(all) => all.names()?.collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The staging folder, if nobody holds it any more, and the keys that its entries were going to.
fn take_over(root: &Dir, name: &str) -> io::Result<Option<(Staging, Vec<StorageKey>)>> {
    let Some(staging) = Staging::take_over(root, name)? else {
        return Ok(None);
    };
    let mut keys = Vec::new();
    for entry in staging.dir().names()? {
        let entry = entry?;
        if let Ok(key) = StorageKey::from_staging_name(&entry) {
            keys.push(key);
        } else if entry.starts_with(PROBE) {
            staging.dir().unlink(&entry)?;
        } else {
            tracing::warn!(entry, staging = name, "left what is no entry of the store");
        }
    }
    Ok(Some((staging, keys)))
}

fn settle(
    root: &Dir,
    staging: &Staging,
    known: Vec<StorageKey>,
    orphans: Vec<StorageKey>,
) -> Result<(), FilesError> {
    let mut linked = Vec::new();
    for key in &orphans {
        if is_linked(root, staging, key).map_err(|error| failed("comparing files", error))? {
            linked.push(key.clone());
        }
    }
    // The entries go last: as long as a link could come back, its entry must remain.
    remove::unlink(root, linked).flush(root).into_result()?;
    for key in known.iter().chain(&orphans) {
        staging
            .dir()
            .unlink(&key.staging_name())
            .map_err(|error| failed("removing a staged file", error))?;
    }
    Ok(())
}

/// Whether the file under the key is the staged file itself.
fn is_linked(root: &Dir, staging: &Staging, key: &StorageKey) -> io::Result<bool> {
    let found = root
        .open(&key.owner_name())
        .and_then(|owner| owner.open(key.folder().as_str()))
        .and_then(|folder| folder.stat(&key.file_name()));
    let found = match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        found => found?,
    };
    let staged = staging.dir().stat(&key.staging_name())?;
    Ok(found
        .zip(staged)
        .is_some_and(|(found, staged)| disk::is_same(&found, &staged)))
}

fn failed(doing: &'static str, error: io::Error) -> FilesError {
    FilesError::of_disk(doing, error)
}

#[cfg(test)]
mod tests;
