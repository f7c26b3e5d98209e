//! Comparing the stored files with their rows.

use std::{collections::HashSet, io::Read, sync::Arc};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use super::{
    Damage, DamagedFile, FileStore, FilesError, StorageKey, damage, read,
    store::{Shared, blocking},
    table::{FileTable, StoredRow},
};
use crate::db::Database;

/// How much of a file is read and hashed at a time.
const CHUNK_BYTES: usize = 256 * 1024;
/// How many files are compared at once.
const AT_ONCE: usize = 4;

/// How closely files are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Whether they are there, with the length that their row says. Changes nothing.
    Sizes,
    /// Their whole content, by BLAKE3. What is found is recorded, and the record of a file that is
    /// whole again is removed.
    Contents,
}

/// How far a comparison is.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Verifying {
    /// Rows whose files have been looked at.
    pub files: u64,
    /// The bytes of these files.
    pub bytes: u64,
    /// How many of them are not what their row says.
    pub damaged: u64,
}

/// What a comparison found.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Verified {
    /// Rows whose files were looked at.
    pub files: u64,
    /// The bytes of these files.
    pub bytes: u64,
    /// Files that were held back and are whole again.
    pub restored: u64,
    /// Those that are not what their row says.
    pub damaged: Vec<DamagedRow>,
}

/// A row whose file is damaged or missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DamagedRow {
    /// The table, such as `artifacts`.
    pub table: &'static str,
    /// The id of the row; `None` if the store does not know in which column it is.
    pub row: Option<String>,
    /// The file, and what is wrong with it.
    #[serde(flatten)]
    pub file: DamagedFile,
}

impl FileStore {
    /// Compares every row with its file. It may run beside a server.
    ///
    /// A table whose [`FileTable::facts`] are `None` says nothing about its files but that they are
    /// there.
    ///
    /// # Errors
    /// If the database or the disk fails.
    pub async fn verify(
        &self,
        db: &Database,
        depth: Depth,
        watch: impl Fn(Verifying),
    ) -> Result<Verified, FilesError> {
        let shared = Arc::clone(&self.shared);
        let failed = |error| FilesError::of_disk("reading the records of damaged files", error);
        let held = blocking(move || damage::records(&shared.root).map_err(failed)).await?;
        let mut run = Run {
            store: self,
            db,
            depth,
            held: held.into_iter().map(|damaged| damaged.key).collect(),
            verified: Verified::default(),
        };
        for table in self.shared.tables.0 {
            run.table(table, &watch).await?;
        }
        if depth == Depth::Contents {
            run.forget_what_has_no_row().await?;
        }
        Ok(run.verified)
    }
}

struct Run<'a> {
    store: &'a FileStore,
    db: &'a Database,
    depth: Depth,
    /// The keys that have a record, until their row is met.
    held: HashSet<StorageKey>,
    verified: Verified,
}

impl Run<'_> {
    async fn table(
        &mut self,
        table: &'static FileTable,
        watch: &impl Fn(Verifying),
    ) -> Result<(), FilesError> {
        let mut after: Option<String> = None;
        loop {
            let rows = table
                .rows_after(&self.db.reader(), after.as_deref())
                .await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = Some(last.key.to_string());
            self.batch(table, rows).await?;
            watch(Verifying {
                files: self.verified.files,
                bytes: self.verified.bytes,
                damaged: self.verified.damaged.len() as u64,
            });
        }
    }

    async fn batch(
        &mut self,
        table: &'static FileTable,
        rows: Vec<StoredRow>,
    ) -> Result<(), FilesError> {
        let depth = self.depth;
        let shared = &self.store.shared;
        let looked: Vec<_> = stream::iter(rows)
            .map(|row| {
                let shared = Arc::clone(shared);
                blocking(move || compare(&shared, row, depth))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let mut whole = Vec::new();
        let mut damaged = Vec::new();
        for (row, bytes, found) in looked {
            self.verified.files += 1;
            self.verified.bytes += bytes;
            let was_held = self.held.remove(&row.key);
            match found {
                Some(damage) => damaged.push((row, damage)),
                None if was_held => whole.push(row.key),
                None => {}
            }
        }
        self.damaged(table, damaged).await?;
        self.forget(whole, true).await
    }

    /// A row that has gone meanwhile took its file along.
    async fn damaged(
        &mut self,
        table: &'static FileTable,
        damaged: Vec<(StoredRow, Damage)>,
    ) -> Result<(), FilesError> {
        if damaged.is_empty() {
            return Ok(());
        }
        let keys: Vec<StorageKey> = damaged.iter().map(|(row, _)| row.key.clone()).collect();
        let tables = self.store.shared.tables;
        let known = tables.known(&self.db.reader(), &keys).await?;
        for (row, damage) in damaged {
            if !known.contains(&row.key) {
                continue;
            }
            let file = DamagedFile {
                key: row.key,
                damage,
            };
            if self.depth == Depth::Contents {
                tracing::error!(table = table.table, row = row.id, "{file}");
                self.store.record_damage(file.clone()).await;
            }
            self.verified.damaged.push(DamagedRow {
                table: table.table,
                row: row.id,
                file,
            });
        }
        Ok(())
    }

    async fn forget_what_has_no_row(&mut self) -> Result<(), FilesError> {
        let held: Vec<StorageKey> = self.held.drain().collect();
        let tables = self.store.shared.tables;
        let known = tables.known(&self.db.reader(), &held).await?;
        let gone = held.into_iter().filter(|key| !known.contains(key));
        self.forget(gone.collect(), false).await
    }

    async fn forget(&mut self, keys: Vec<StorageKey>, are_whole: bool) -> Result<(), FilesError> {
        if keys.is_empty() || self.depth == Depth::Sizes {
            return Ok(());
        }
        let shared = Arc::clone(&self.store.shared);
        let failed = |error| FilesError::of_disk("removing the record of a damaged file", error);
        let forget = move || damage::forget(&shared.root, &keys).map_err(failed);
        let forgotten = blocking(forget).await?;
        if are_whole {
            self.verified.restored += forgotten;
        }
        Ok(())
    }
}

/// The row again, how many bytes its file has, and what is wrong with it.
fn compare(
    shared: &Shared,
    row: StoredRow,
    depth: Depth,
) -> Result<(StoredRow, u64, Option<Damage>), FilesError> {
    let failed = |error| FilesError::of_disk(format!("reading {}", row.key), error);
    let Some(found) = damage::size_of(&shared.root, &row.key).map_err(failed)? else {
        return Ok((row, 0, Some(Damage::Missing)));
    };
    let flaw = match row.size_bytes {
        Some(expected) if expected != found => Some(Damage::Size { found, expected }),
        _ => None,
    };
    let flaw = match (depth, flaw, &row.blake3) {
        (Depth::Contents, None, Some(expected)) => content_flaw(shared, &row, expected)?,
        // The content was compared before, and is not now.
        (Depth::Sizes, None, _) => damage::recorded(&shared.root, &row.key)
            .map_err(failed)?
            .filter(|damage| *damage == Damage::Content),
        (_, flaw, _) => flaw,
    };
    Ok((row, found, flaw))
}

fn content_flaw(
    shared: &Shared,
    row: &StoredRow,
    expected: &str,
) -> Result<Option<Damage>, FilesError> {
    let mut file = match read::open(&shared.root, &row.key) {
        Err(FilesError::Missing { .. } | FilesError::Foreign { .. }) => {
            return Ok(Some(Damage::Missing));
        }
        opened => opened?.0,
    };
    let mut hasher = blake3::Hasher::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(bytes) => drop(hasher.update(&chunk[..bytes])),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            // A place of the disk that cannot be read is damage, and no reason to stop here.
            Err(error) => {
                tracing::error!(%error, key = %row.key, "a stored file cannot be read");
                return Ok(Some(Damage::Content));
            }
        }
    }
    let is_whole = hasher.finalize().to_hex().as_str() == expected;
    Ok((!is_whole).then_some(Damage::Content))
}
