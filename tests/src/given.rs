//! What a test starts from: `given::database(&scratch).await`, and so on.

use std::time::Duration;

use chrono::{DateTime, Utc};
use groundwork_core::{
    clock::Clock,
    db::Database,
    files::{FileStore, FileStoreOptions},
    services::studio::{FILE_TABLE, Pipeline},
};

use groundwork_test::{Engine, Scratch, Template, database_config};

/// The largest file that the stores of tests take.
pub const MAX_FILE_BYTES: u64 = 1 << 20;

static GROUNDWORK: Template = Template::new(migration::CONVENTION, migration::migrations);

/// A database with the newest schema of Groundwork, and an otherwise empty folder.
///
/// # Panics
/// If it cannot be made.
pub async fn migrated(engine: Engine) -> Scratch {
    GROUNDWORK.copy(engine).await
}

/// The opened database of a scratch.
///
/// # Panics
/// If it cannot be opened.
pub async fn database(scratch: &Scratch) -> Database {
    Database::open(&database_config(scratch.url()), migration::CONVENTION)
        .await
        .expect("the scratch database opens")
}

/// A file store in the folder of a scratch.
///
/// # Panics
/// If it cannot be opened.
pub async fn file_store(scratch: &Scratch) -> FileStore {
    let options = FileStoreOptions {
        root: scratch.dir().join("files"),
        max_file_bytes: MAX_FILE_BYTES,
        tables: &[FILE_TABLE],
        root_table: None,
        clock: clock(),
    };
    FileStore::open(options).await.expect("a file store opens")
}

/// A clock that stays at noon of 1 May 2026 until the test moves it.
///
/// # Panics
/// Never.
#[must_use]
pub fn clock() -> Clock {
    let noon: DateTime<Utc> = "2026-05-01T12:00:00Z".parse().expect("an instant");
    Clock::manual(noon)
}

/// The limits of the studio: as the defaults, but with waits that are easy to count.
#[must_use]
pub fn pipeline() -> Pipeline {
    Pipeline {
        max_scenes: 15,
        retry_max_attempts: 5,
        retry_base_delay: Duration::from_secs(2),
        lease: Duration::from_secs(60),
    }
}
