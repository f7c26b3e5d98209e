//! A disk that loses its power, fails and fills up: `disk.c`, which a process is started with.
//!
//! Calls of the C library are replaced (`LD_PRELOAD`) and no system calls are traced: containers
//! often forbid tracing, and none forbids this. SQLite's own layer for files would do as well, but
//! only a process below the program under test can be sure to see *every* write of it.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use acceptance::load::Way;
use tempfile::TempDir;

use super::{checker::prepare, load::Load};

/// A folder that is a disk, with a database on it.
pub(crate) struct Disk {
    folder: TempDir,
}

/// What can be wrong with a disk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum State {
    /// Flushes fail with EIO.
    Failing,
    /// Writes fail with ENOSPC.
    Full,
}

impl Disk {
    /// A disk with a database that has the tables of the load.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("groundwork-disk-")
            .tempdir()
            .unwrap();
        fs::create_dir(folder.path().join("disk")).unwrap();
        let disk = Self { folder };
        prepare(&disk.url()).await;
        disk
    }

    /// Where the database is.
    pub(crate) fn url(&self) -> String {
        url_in(&self.path())
    }

    /// Starts a load on the disk, on which everything is durable so far.
    pub(crate) fn start(&self, way: Way, run: i64) -> Load {
        copy(&self.path(), &self.durable());
        let disk = self.path();
        let variables = [
            ("LD_PRELOAD", LIBRARY.path.as_os_str()),
            ("DISK", disk.as_os_str()),
        ];
        Load::start_with(&self.url(), way, run, variables)
    }

    /// Takes the power away when nobody uses the disk: what was not flushed is gone.
    pub(crate) fn lose_power(&self) {
        copy(&self.durable(), &self.path());
    }

    /// From now on the disk is like this.
    pub(crate) fn turn(&self, state: State) {
        fs::write(self.switch(state), "").unwrap();
    }

    /// From now on it is not.
    pub(crate) fn recover_from(&self, state: State) {
        fs::remove_file(self.switch(state)).unwrap();
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    fn durable(&self) -> PathBuf {
        self.folder.path().join("disk.durable")
    }

    fn switch(&self, state: State) -> PathBuf {
        self.folder.path().join(match state {
            State::Failing => "disk.failing",
            State::Full => "disk.full",
        })
    }
}

fn url_in(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("groundwork.db").display())
}

/// Replaces a folder by a copy of another.
fn copy(from: &Path, to: &Path) {
    if to.exists() {
        fs::remove_dir_all(to).unwrap();
    }
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        // The index of the log is memory that processes share; after a power cut it is made anew.
        let is_index = file.path().extension() == Some(OsStr::new("db-shm"));
        if !is_index {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
}

struct Library {
    path: PathBuf,
    _folder: TempDir,
}

/// `disk.c`, compiled.
static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let (folder, path) = compiled("disk");
    Library {
        path,
        _folder: folder,
    }
});

/// A library that is compiled from one of the sources here, and the folder that holds it.
pub(crate) fn compiled(name: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("{name}.so"));
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("durability");
    let output = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .arg(&path)
        .arg(sources.join(format!("{name}.c")))
        .args(["-ldl", "-pthread"])
        .output()
        .expect("a C compiler, which the build needs too");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    (folder, path)
}
