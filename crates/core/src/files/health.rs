//! Whether the store can do its work, for `doctor` and for readiness.

use std::sync::Arc;

use super::{
    FileStore, FilesError,
    disk::Dir,
    staging::STAGING,
    store::{Shared, blocking},
};

/// How the names of test files begin, which a crash may leave in a staging folder.
pub(super) const PROBE: &str = "health-";

/// The state of a files root.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// Bytes that this user may still write.
    pub free_bytes: u64,
    /// The size of the disk.
    pub total_bytes: u64,
    /// Files that may still be made; `None` where the filesystem has no such limit.
    pub free_files: Option<u64>,
    /// Whether staging and files are on one filesystem: a link cannot cross two.
    pub is_one_filesystem: bool,
}

impl FileStore {
    /// Measures the space that is left, and proves that a file can be written and removed.
    ///
    /// # Errors
    /// [`FilesError::Full`] or [`FilesError::Unavailable`] if it cannot; the error says why.
    /// [`FilesError::Replaced`] if another folder is at the root's path.
    pub async fn health(&self) -> Result<Health, FilesError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || {
            shared.require_root()?;
            prove_writable(&shared)?;
            measure(&shared.root).map_err(|error| FilesError::of_disk("measuring the disk", error))
        })
        .await
    }
}

fn prove_writable(shared: &Shared) -> Result<(), FilesError> {
    let failed = |error| FilesError::of_disk("writing a test file", error);
    let staging = shared.staging()?;
    let name = format!("{PROBE}{}", shared.clock.new_id());
    let mut file = staging.dir().create(&name).map_err(failed)?;
    let written = file.append(&[0; 4096]);
    staging.dir().unlink(&name).map_err(failed)?;
    written.map_err(failed)
}

fn measure(root: &Dir) -> std::io::Result<Health> {
    let space = root.space()?;
    let staging = root.stat(STAGING)?;
    let own = root.own_stat()?;
    Ok(Health {
        free_bytes: space.f_bavail.saturating_mul(space.f_frsize),
        total_bytes: space.f_blocks.saturating_mul(space.f_frsize),
        free_files: (space.f_files > 0).then_some(space.f_favail),
        is_one_filesystem: staging.is_none_or(|staging| staging.st_dev == own.st_dev),
    })
}
