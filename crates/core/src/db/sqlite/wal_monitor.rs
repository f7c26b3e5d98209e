//! Keeps an eye on SQLite's write-ahead log.
//!
//! Every commit that finds a thousand pages or more in the log moves them into the database file, and
//! the log starts anew when no read needs it any more. A read that lasts keeps it from doing so: then
//! the log grows. The monitor measures the log, and names the read that holds it up. Reads end after
//! `database.statement_timeout_ms`, and with that the growth.

use std::{path::PathBuf, sync::Weak, time::Duration};

use super::{readers::Readers, writer::Writer};
use crate::db::{metrics, sql};

/// How often the log is looked at.
const PAUSE: Duration = Duration::from_secs(2);

/// A log larger than this is held up by something: 16 MiB, four times what it is allowed to grow to.
const LARGE: u64 = 16 << 20;

/// Looks at the log until the database is closed.
pub(in crate::db) async fn monitor(writer: Weak<Writer>, readers: Weak<Readers>, log: PathBuf) {
    loop {
        tokio::time::sleep(PAUSE).await;
        let (Some(writer), Some(readers)) = (writer.upgrade(), readers.upgrade()) else {
            return;
        };
        let bytes = log.metadata().map_or(0, |log| log.len());
        metrics::wal(bytes);
        if bytes < LARGE {
            continue;
        }
        let Ok((frames, in_the_file)) = writer.checkpoint().await else {
            continue;
        };
        metrics::checkpointed(frames, in_the_file);
        if in_the_file < frames {
            name_what_pins(&readers, bytes, frames - in_the_file);
        }
    }
}

fn name_what_pins(readers: &Readers, bytes: u64, pinned_pages: i64) {
    match readers.oldest() {
        Some(read) => tracing::warn!(
            wal_bytes = bytes,
            pinned_pages,
            read_for_ms = read.since.elapsed().as_millis(),
            summary = sql::summary(&read.sql),
            sql = sql::masked(&read.sql),
            "a read keeps the write-ahead log from being emptied"
        ),
        None => tracing::warn!(
            wal_bytes = bytes,
            pinned_pages,
            "another process keeps the write-ahead log from being emptied"
        ),
    }
}
