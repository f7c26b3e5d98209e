//! Section `files`.

use std::path::PathBuf;

use super::{Keys, Section};

/// Where files are stored.
#[derive(Clone, Debug)]
pub struct Files {
    /// The folder that holds the stored files, relative to the working folder if not absolute.
    pub root: PathBuf,
    /// The largest file that is stored, in bytes.
    pub max_file_bytes: u64,
}

impl Section for Files {
    const NAME: &'static str = "files";

    const DEFAULTS: &'static str = "\
# The folder that holds the stored files; it is created when missing.
root: var/files
# The largest file that is stored (1 GiB).
max_file_bytes: 1073741824
";

    fn read(keys: &mut Keys<'_>) -> Option<Self> {
        let root = keys.path("root");
        let max_file_bytes = keys.integer("max_file_bytes", 1..=1 << 50);
        Some(Self {
            root: root?,
            max_file_bytes: max_file_bytes?,
        })
    }
}
