//! Where files wait until a row speaks of them. Each process owns one folder `staging/{uuid}` and
//! holds the lock on it. An entry is named after the key it is going to, so that the folder is the
//! log of what was in flight: no other record is needed to repair it.

use std::{io, sync::Arc};

use uuid::Uuid;

use super::{FilesError, StorageKey, disk::Dir};
use crate::clock::Clock;

/// The folder of all staging folders. No owner can have this name: owners are UUIDs.
pub(super) const STAGING: &str = "staging";

/// A staging folder whose lock this process holds until the handle is dropped. An empty one is
/// then removed; one with entries is left for repair.
#[derive(Debug)]
pub(super) struct Staging {
    all: Dir,
    dir: Dir,
    name: String,
}

impl Staging {
    /// Makes a staging folder of this process. That the root holds `staging` is flushed together
    /// with the first owner's folder, before anything is linked.
    pub(super) fn create(root: &Dir, clock: &Clock) -> Result<Self, FilesError> {
        let failed = |error| FilesError::of_disk("making a staging folder", error);
        root.make(STAGING).map_err(failed)?;
        loop {
            let all = root.open(STAGING).map_err(failed)?;
            let name = clock.new_id().to_string();
            all.make(&name).map_err(failed)?;
            if let Some(staging) = Self::lock(all, name).map_err(failed)? {
                staging.all.sync().map_err(failed)?;
                return Ok(staging);
            }
            // A repair that ran meanwhile took the new folder for an abandoned one.
        }
    }

    /// The staging folder of this name, if its owner is gone: it is then this process' own.
    pub(super) fn take_over(root: &Dir, name: &str) -> io::Result<Option<Self>> {
        if Uuid::try_parse(name).is_err() {
            return Ok(None);
        }
        Self::lock(root.open(STAGING)?, name.to_owned())
    }

    fn lock(all: Dir, name: String) -> io::Result<Option<Self>> {
        let dir = match all.open(&name) {
            Ok(dir) => dir,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if !dir.try_lock()? {
            return Ok(None);
        }
        // A process removes a staging folder while it holds the lock: it may be gone by now.
        let still_there = match all.stat(&name)? {
            Some(stat) => super::disk::is_same(&stat, &dir.own_stat()?),
            None => false,
        };
        Ok(still_there.then_some(Self { all, dir, name }))
    }

    pub(super) fn dir(&self) -> &Dir {
        &self.dir
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Err(error) = self.all.remove_empty(&self.name) {
            tracing::debug!(%error, staging = self.name, "left a staging folder for repair");
        }
    }
}

/// An entry of this process' staging folder. Dropped, it is removed, unless
/// [`remain`](Self::remain) was called.
#[derive(Debug)]
pub(super) struct Entry {
    staging: Arc<Staging>,
    key: StorageKey,
    remains: bool,
}

impl Entry {
    pub(super) fn new(staging: Arc<Staging>, key: StorageKey) -> Self {
        Self {
            staging,
            key,
            remains: false,
        }
    }

    pub(super) fn key(&self) -> &StorageKey {
        &self.key
    }

    pub(super) fn name(&self) -> String {
        self.key.staging_name()
    }

    pub(super) fn staging(&self) -> &Arc<Staging> {
        &self.staging
    }

    /// From now on the entry outlives this value: only an outcome that is known removes it.
    pub(super) fn remain(&mut self) {
        self.remains = true;
    }

    /// Removes the entry. It need not be durable: a repair would only remove it again.
    pub(super) fn remove(mut self) {
        self.remains = false;
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if self.remains {
            return;
        }
        if let Err(error) = self.staging.dir.unlink(&self.name()) {
            tracing::warn!(%error, key = %self.key, "left a staged file for repair");
        }
    }
}
