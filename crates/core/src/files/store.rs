//! The store: what it is opened with, and what its parts share.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Semaphore;

use super::{
    FileTable, FilesError, damage,
    disk::Dir,
    failpoint::Failpoint,
    identity::IDENTITY,
    root_table::RootTable,
    staging::{STAGING, Staging},
    table::FileTables,
};
use crate::clock::Clock;

/// What a store is opened with.
#[derive(Clone, Debug)]
pub struct FileStoreOptions {
    /// The folder that holds the files. It is made if it is missing, and belongs to this user
    /// alone (mode 0700).
    pub root: PathBuf,
    /// The most bytes that a file may have.
    pub max_file_bytes: u64,
    /// The tables that refer to its files.
    pub tables: &'static [FileTable],
    /// The table of one row that says which root the files of the database are in, such as
    /// `file_roots`: `id` (a number, which is 1), `root_id` (a UUID) and `claimed_at`. `None`: the
    /// root is not held against the database.
    pub root_table: Option<&'static str>,
    /// Gives the ids in file names.
    pub clock: Clock,
}

/// Holds files under a root folder. Cheap to clone; clones share the same staging folder.
///
/// [The module](super) shows how a file and its row are stored together.
///
/// ```
/// use groundwork_core::{
///     clock::Clock,
///     files::{FileStore, FileStoreOptions, FileTable, Folder, MediaType, StorageKey},
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let clock = Clock::system();
/// let store = FileStore::open(FileStoreOptions {
///     root: folder.path().join("files"),
///     max_file_bytes: 10_000_000,
///     tables: &[FileTable {
///         table: "covers",
///         key_column: "storage_key",
///         trash_table: "file_trash",
///         facts: None,
///     }],
///     root_table: None,
///     clock: clock.clone(),
/// })
/// .await?;
/// assert!(store.health().await?.is_one_filesystem);
///
/// let key = StorageKey::new(
///     clock.new_id(),
///     Folder::named("covers"),
///     clock.new_id(),
///     MediaType::Png,
/// );
/// assert!(store.read(&key, 100).await.is_err()); // nothing is stored under it
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FileStore {
    pub(super) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) root: Dir,
    pub(super) path: PathBuf,
    pub(super) max_file_bytes: u64,
    pub(super) tables: FileTables,
    pub(super) root_table: Option<RootTable>,
    pub(super) clock: Clock,
    /// How many files are flushed at once: more gain nothing, and keep others from the disk.
    pub(super) flushes: Semaphore,
    /// Made when first needed, so that a store that only reads changes nothing.
    staging: Mutex<Option<Arc<Staging>>>,
}

impl Shared {
    /// That the root which is open is the one at its path.
    pub(super) fn require_root(&self) -> Result<(), FilesError> {
        if self.root.is_at(&self.path) {
            return Ok(());
        }
        tracing::error!(
            root = %self.path.display(),
            "files.root was replaced or deleted while it was in use: restart to use the folder that \
             is there now, or put the old one back"
        );
        Err(FilesError::Replaced)
    }
}

impl FileStore {
    /// How many files are best staged at once.
    pub const CONCURRENCY: usize = 16;

    /// Opens the store. Nothing is repaired yet: see [`repair`](Self::repair).
    ///
    /// # Errors
    /// [`FilesError::Unavailable`] if the root cannot be made or opened, [`FilesError::Shared`] if
    /// others use it too.
    pub async fn open(options: FileStoreOptions) -> Result<Self, FilesError> {
        Self::open_with(options, Failpoint::new()).await
    }

    pub(super) async fn open_with(
        options: FileStoreOptions,
        failpoint: Failpoint,
    ) -> Result<Self, FilesError> {
        damage::describe();
        blocking(move || {
            let root = open_root(&options.root, failpoint)?;
            let shared = Shared {
                root,
                path: options.root,
                max_file_bytes: options.max_file_bytes,
                tables: FileTables(options.tables),
                root_table: options.root_table.map(RootTable),
                clock: options.clock,
                flushes: Semaphore::new(Self::CONCURRENCY),
                staging: Mutex::new(None),
            };
            Ok(Self {
                shared: Arc::new(shared),
            })
        })
        .await
    }

    /// The root folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.shared.path
    }

    /// The most bytes that a file may have.
    #[must_use]
    pub fn max_file_bytes(&self) -> u64 {
        self.shared.max_file_bytes
    }
}

impl Shared {
    /// The staging folder of this process.
    pub(super) fn staging(&self) -> Result<Arc<Staging>, FilesError> {
        let mut staging = self.staging.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(staging) = &*staging {
            return Ok(Arc::clone(staging));
        }
        let made = Arc::new(Staging::create(&self.root, &self.clock)?);
        *staging = Some(Arc::clone(&made));
        Ok(made)
    }
}

fn open_root(path: &Path, failpoint: Failpoint) -> Result<Dir, FilesError> {
    let failed = |error| FilesError::of_disk(format!("opening {}", path.display()), error);
    let root = Dir::open_root(path, failpoint).map_err(failed)?;
    if root.is_open_to_others().map_err(failed)? {
        if !is_ours(&root).map_err(failed)? {
            return Err(FilesError::Shared {
                root: path.to_owned(),
            });
        }
        root.close_to_others().map_err(failed)?;
    }
    Ok(root)
}

/// Whether a root was a store's before, or is nobody's yet. Another folder, `/tmp` for one, must not
/// be taken from those who use it.
fn is_ours(root: &Dir) -> std::io::Result<bool> {
    let is_known = root.stat(STAGING)?.is_some() || root.stat(IDENTITY)?.is_some();
    Ok(is_known || root.names()?.next().is_none())
}

/// Runs what waits for the disk where it holds up nobody else.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FilesError> + Send + 'static,
) -> Result<T, FilesError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_cancelled) => Err(FilesError::of_disk(
                "stopping the program",
                std::io::ErrorKind::Interrupted.into(),
            )),
        },
    }
}
