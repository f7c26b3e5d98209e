//! The few system calls that the store makes. Each takes one plain name relative to a held folder
//! and follows no link, so that neither a path nor a race leads out of the root.

use std::{
    ffi::CStr,
    fs::File,
    io::{self, Write},
    path::Path,
};

use rustix::{
    fd::OwnedFd,
    fs::{self, AtFlags, FileType, FlockOperation, Mode, OFlags, Stat},
    io::Errno,
};

use super::failpoint::{Effect, Failpoint};
use crate::folder::create_durably;

const FOLDER_MODE: Mode = Mode::RWXU;
const FILE_MODE: Mode = Mode::RUSR.union(Mode::WUSR);
const OPEN_FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// A folder held open. What happens to the names above it meanwhile does not matter.
#[derive(Debug)]
pub(super) struct Dir {
    fd: OwnedFd,
    /// Relative to the root, for messages and recordings; empty for the root.
    path: String,
    failpoint: Failpoint,
}

impl Dir {
    /// Opens the root, creating it (and what is missing above it) for this user alone.
    pub(super) fn open_root(root: &Path, failpoint: Failpoint) -> io::Result<Self> {
        create_durably(root)?;
        let flags = OPEN_FOLDER.difference(OFlags::NOFOLLOW);
        let fd = fs::open(root, flags, Mode::empty())?;
        Ok(Self {
            fd,
            path: String::new(),
            failpoint,
        })
    }

    /// Whether this is the folder that is at the path now.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        let (found, own) = (fs::stat(path), self.own_stat());
        matches!((found, own), (Ok(found), Ok(own)) if is_same(&found, &own))
    }

    /// Whether other users than the owner may do anything here.
    pub(super) fn is_open_to_others(&self) -> io::Result<bool> {
        let mode = Mode::from_raw_mode(self.own_stat()?.st_mode);
        Ok(mode.intersects(Mode::RWXG | Mode::RWXO))
    }

    pub(super) fn close_to_others(&self) -> io::Result<()> {
        Ok(fs::fchmod(&self.fd, FOLDER_MODE)?)
    }

    pub(super) fn path(&self) -> &str {
        if self.path.is_empty() {
            "."
        } else {
            &self.path
        }
    }

    /// Opens a folder in this one.
    pub(super) fn open(&self, name: &str) -> io::Result<Self> {
        let fd = fs::openat(&self.fd, name, OPEN_FOLDER, Mode::empty())?;
        Ok(Self {
            fd,
            path: self.at(name),
            failpoint: self.failpoint.clone(),
        })
    }

    /// Makes a folder in this one, unless it is there.
    pub(super) fn make(&self, name: &str) -> io::Result<()> {
        let made = self.failpoint.run(
            || Effect::Make(self.at(name)),
            || fs::mkdirat(&self.fd, name, FOLDER_MODE),
        );
        match made {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made,
        }
    }

    /// Creates a file that did not exist.
    pub(super) fn create(&self, name: &str) -> io::Result<NewFile> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let path = self.at(name);
        let fd = self.failpoint.run(
            || Effect::Create(path.clone()),
            || fs::openat(&self.fd, name, flags, FILE_MODE),
        )?;
        Ok(NewFile {
            file: fd.into(),
            path,
            failpoint: self.failpoint.clone(),
        })
    }

    /// Opens what has this name for reading, without waiting for the other end of a pipe, and
    /// returns what it is.
    pub(super) fn read(&self, name: &str) -> io::Result<(File, Stat)> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = fs::openat(&self.fd, name, flags, Mode::empty())?;
        let stat = fs::fstat(&fd)?;
        Ok((fd.into(), stat))
    }

    /// Gives the file `name` a second name in `to`, where nothing may be under it.
    pub(super) fn link(&self, name: &str, to: &Self, new_name: &str) -> io::Result<()> {
        self.failpoint.run(
            || Effect::Link(self.at(name), to.at(new_name)),
            || fs::linkat(&self.fd, name, &to.fd, new_name, AtFlags::empty()),
        )
    }

    /// Removes a name of a file; `false` if there was none.
    pub(super) fn unlink(&self, name: &str) -> io::Result<bool> {
        existed(self.failpoint.run(
            || Effect::Unlink(self.at(name)),
            || fs::unlinkat(&self.fd, name, AtFlags::empty()),
        ))
    }

    /// Removes a folder in this one if it is empty; `false` if it is not, or not there.
    pub(super) fn remove_empty(&self, name: &str) -> io::Result<bool> {
        let removed = self.failpoint.run(
            || Effect::Remove(self.at(name)),
            || fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR),
        );
        match removed {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
            removed => existed(removed),
        }
    }

    /// Waits until every change to this folder's names is on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.failpoint
            .run(|| Effect::Sync(self.path.clone()), || fs::fsync(&self.fd))
    }

    /// Takes the lock on this folder, unless somebody holds it. It lasts as long as this handle.
    pub(super) fn try_lock(&self) -> io::Result<bool> {
        match fs::flock(&self.fd, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens this folder once more and waits for the lock on it, which lasts as long as that handle.
    pub(super) fn lock_anew(&self) -> io::Result<Self> {
        let anew = self.open(".")?;
        fs::flock(&anew.fd, FlockOperation::LockExclusive)?;
        Ok(anew)
    }

    /// What has this name, links not followed.
    pub(super) fn stat(&self, name: &str) -> io::Result<Option<Stat>> {
        match fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What this folder is itself.
    pub(super) fn own_stat(&self) -> io::Result<Stat> {
        Ok(fs::fstat(&self.fd)?)
    }

    /// The space on the disk that holds this folder.
    pub(super) fn space(&self) -> io::Result<fs::StatVfs> {
        Ok(fs::fstatvfs(&self.fd)?)
    }

    /// The names in this folder, in no order. Names that are not UTF-8 are none of the store's;
    /// they come with their wrong bytes replaced.
    pub(super) fn names(&self) -> io::Result<impl Iterator<Item = io::Result<String>> + use<>> {
        let entries = fs::Dir::read_from(&self.fd)?;
        Ok(entries.filter_map(|entry| match entry {
            Ok(entry) => plain_name(entry.file_name()).map(Ok),
            Err(error) => Some(Err(error.into())),
        }))
    }

    fn at(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}/{name}", self.path)
        }
    }
}

/// A file that is being written for the first time.
#[derive(Debug)]
pub(super) struct NewFile {
    file: File,
    path: String,
    failpoint: Failpoint,
}

impl NewFile {
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Self {
            file,
            path,
            failpoint,
        } = self;
        failpoint.run(|| Effect::Write(path.clone()), || file.write_all(bytes))
    }

    /// Waits until the content is on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.failpoint.run(
            || Effect::SyncFile(self.path.clone()),
            || self.file.sync_all(),
        )
    }
}

pub(super) fn is_regular(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
}

pub(super) fn is_same(one: &Stat, other: &Stat) -> bool {
    (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
}

fn existed(removed: io::Result<()>) -> io::Result<bool> {
    match removed {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn plain_name(name: &CStr) -> Option<String> {
    let name = name.to_string_lossy();
    (name != "." && name != "..").then(|| name.into_owned())
}
