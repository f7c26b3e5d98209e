//! What a test starts from: `given::database(&scratch).await`, and so on.

use std::time::Duration;

use chrono::{DateTime, Utc};
use groundwork_core::{
    clock::Clock,
    config,
    db::Database,
    files::{FileStore, FileStoreOptions},
    services::studio::{LEDGER, Pipeline},
};

use crate::Scratch;

/// The largest file that the stores of tests take.
pub const MAX_FILE_BYTES: u64 = 1 << 20;

/// The configuration of a database with small pools, and with waits that end before a test's does.
///
/// # Panics
/// If `url` is not the URL of a database.
#[must_use]
pub fn database_config(url: &str) -> config::Database {
    config::Database {
        url: url.parse().expect("the URL of a database"),
        replica_url: None,
        max_connections: 6,
        readers: 3,
        acquire_timeout: Duration::from_secs(20),
        busy_timeout: Duration::from_secs(5),
        unit_of_work_timeout: Duration::from_secs(20),
        max_lifetime: Duration::from_secs(1800),
        statement_timeout: Duration::from_secs(30),
        lock_timeout: Duration::from_secs(20),
        slow_statement: Duration::from_secs(5),
        migrate_on_start: true,
    }
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
        ledger: LEDGER,
        clock: clock(),
    };
    FileStore::open(options).await.expect("a file store opens")
}

/// A clock that stands at noon of 1 May 2026 until the test moves it.
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
