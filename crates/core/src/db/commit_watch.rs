//! Whether a commit has been sent meanwhile, for those who stop waiting for what sends it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

tokio::task_local! {
    static SENT: Arc<AtomicUsize>;
}

/// Knows whether a commit was sent by what it watches. What is dropped after that may have been
/// stored.
///
/// ```no_run
/// # use std::time::Duration;
/// # use groundwork_core::db::{CommitWatch, Database, DbError};
/// # async fn example(db: Database) -> Result<(), DbError> {
/// let commits = CommitWatch::default();
/// let change = commits.over(async { db.begin().await?.commit().await });
/// if tokio::time::timeout(Duration::from_secs(1), change).await.is_err() {
///     println!("may have been stored: {}", commits.may_be_stored());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct CommitWatch(Arc<AtomicUsize>);

impl CommitWatch {
    /// Watches this work, and what it calls; not what it spawns.
    pub async fn over<T>(&self, work: impl Future<Output = T>) -> T {
        SENT.scope(Arc::clone(&self.0), work).await
    }

    /// Whether something may have been stored: a commit was sent, and it is not known to have failed.
    #[must_use]
    pub fn may_be_stored(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// A commit is being sent.
pub(super) fn sending() {
    let _ = SENT.try_with(|sent| sent.fetch_add(1, Ordering::Relaxed));
}

/// The commit that was sent has stored nothing.
pub(super) fn stored_nothing() {
    let _ = SENT.try_with(|sent| sent.fetch_sub(1, Ordering::Relaxed));
}
