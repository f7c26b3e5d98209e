//! What the services of the studio work with.

use super::Pipeline;
use crate::{
    clock::Clock,
    db::Database,
    files::{FactColumns, FileStore, FileTable},
};

/// The table that refers to the studio's files: what its file store is opened with.
pub const FILE_TABLE: FileTable = FileTable {
    table: "artifacts",
    key_column: "storage_key",
    trash_table: "file_trash",
    facts: Some(FactColumns {
        id: "id",
        size_bytes: "size_bytes",
        blake3: "blake3",
    }),
};

/// The studio's services. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Studio {
    pub(super) db: Database,
    pub(super) files: FileStore,
    pub(super) clock: Clock,
    pub(super) limits: Pipeline,
}

impl Studio {
    /// The studio over this database and these files.
    #[must_use]
    pub fn new(db: Database, files: FileStore, clock: Clock, limits: Pipeline) -> Self {
        Self {
            db,
            files,
            clock,
            limits,
        }
    }

    /// The database that the studio keeps its rows in: begin a unit of work here.
    #[must_use]
    pub fn db(&self) -> &Database {
        &self.db
    }
}
