//! Section `files`.

use std::path::PathBuf;

use super::section::Section;

/// Where files are stored.
#[derive(Clone, Debug)]
pub struct Files {
    /// The folder that holds the stored files, relative to the working folder if not absolute.
    pub root: PathBuf,
    /// The largest file that is stored, in bytes.
    pub max_file_bytes: u64,
}

impl Files {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let root = section.path("root");
        let max_file_bytes = section.integer("max_file_bytes", 1..=1 << 50);
        Some(Self {
            root: root?,
            max_file_bytes: max_file_bytes?,
        })
    }
}
