//! How the connections of a database are closed.

use std::sync::{Arc, Weak};

use super::{
    opened_file::{self, OpenedFile},
    readers::Readers,
    writer::Writer,
};
use crate::db::error::DbError;

/// Closes all connections once the unit and the reads that are open have ended, and moves the
/// write-ahead log into the database file; false if one lasts longer than `acquire_timeout`.
pub(in crate::db) async fn close(writer: &Arc<Writer>, readers: &Readers) -> bool {
    let permit = writer.permit_to_close().await;
    let is_closed = matches!(permit, Ok(_) | Err(DbError::Closed));
    writer.close();
    let have_reads_ended = readers.close().await;
    if let Ok(permit) = permit
        && let Err(error) = permit.close().await
    {
        tracing::warn!(%error, "the write-ahead log could not be emptied");
    }
    is_closed && have_reads_ended
}

/// Closes all connections when the database is found to be replaced, which moves the log into the old
/// file. What is left in a log beside the new file would be taken for the new one's after a restart,
/// and spoil it: SQLite itself does not empty it when the file was moved away.
pub(in crate::db) async fn close_when_replaced(
    file: Weak<OpenedFile>,
    writer: Weak<Writer>,
    readers: Weak<Readers>,
) {
    opened_file::replaced(file).await;
    if let (Some(writer), Some(readers)) = (writer.upgrade(), readers.upgrade()) {
        close(&writer, &readers).await;
    }
}
