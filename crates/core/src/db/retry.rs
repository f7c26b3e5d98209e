//! Repeating a unit of work that the engine refused for reasons of timing only.

use std::{error::Error, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use sea_orm::{DbErr, RuntimeErr};

use super::{database::Database, error::DbError, failure, metrics, unit::UnitOfWork};

impl Database {
    /// Runs `work` in a unit of its own and commits it; repeats it while the engine refuses it for
    /// reasons of timing (a deadlock, a serialization failure, a lock, a connection that broke
    /// before the commit was sent), with growing, jittered pauses.
    ///
    /// `work` must be fit to run more than once: what it did to the rows is rolled back in between,
    /// what it did elsewhere is not. It is given the unit and leaves the commit to this method. An
    /// unknown outcome is never repeated.
    ///
    /// ```no_run
    /// # use groundwork_core::{db::{Database, DbError}};
    /// # use sea_orm::ConnectionTrait;
    /// # #[derive(Debug, thiserror::Error)]
    /// # #[error("cannot add")]
    /// # enum AddError { Database(#[from] DbError), Statement(#[from] sea_orm::DbErr) }
    /// # async fn example(db: Database) -> Result<(), AddError> {
    /// db.write(|work| async move {
    ///     work.execute_unprepared("UPDATE counters SET n = n + 1").await?;
    ///     Ok::<_, AddError>(())
    /// })
    /// .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What `work` returned the last time, or why its unit could not begin or commit.
    pub async fn write<T, E, F>(&self, work: impl Fn(UnitOfWork) -> F) -> Result<T, E>
    where
        E: From<DbError> + Error + 'static,
        F: Future<Output = Result<T, E>>,
    {
        let mut pauses = ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(5))
            .with_max_delay(Duration::from_millis(500))
            .with_max_times(10)
            .with_jitter()
            .build();
        loop {
            let failed = match self.attempt(&work).await {
                Ok(value) => return Ok(value),
                Err(failed) => failed,
            };
            match pauses.next().filter(|_| failed.again) {
                Some(pause) => {
                    metrics::repeated();
                    tracing::debug!(error = %failed.error, ?pause, "repeating a unit of work");
                    tokio::time::sleep(pause).await;
                }
                None => return Err(failed.error),
            }
        }
    }

    async fn attempt<T, E, F>(&self, work: &impl Fn(UnitOfWork) -> F) -> Result<T, Failed<E>>
    where
        E: From<DbError> + Error + 'static,
        F: Future<Output = Result<T, E>>,
    {
        let unit = self.begin().await.map_err(Failed::of_the_database)?;
        let lent = unit.lend();
        match work(lent).await {
            Ok(value) => {
                unit.commit().await.map_err(Failed::of_the_database)?;
                Ok(value)
            }
            Err(error) => Err(Failed::of_the_work(error)),
        }
    }
}

struct Failed<E> {
    error: E,
    again: bool,
}

impl<E: From<DbError> + Error + 'static> Failed<E> {
    fn of_the_work(error: E) -> Self {
        let again = chain(&error).any(is_worth_repeating) && !chain(&error).any(is_unknown);
        Self { error, again }
    }

    fn of_the_database(error: DbError) -> Self {
        let again = match &error {
            DbError::TakenAlong => true,
            // Nothing was stored, also when the connection is gone.
            DbError::Database { source, .. } => is_worth_repeating(source),
            _ => false,
        };
        Self {
            error: error.into(),
            again,
        }
    }
}

/// Before the commit, a connection that broke has stored nothing.
fn is_worth_repeating(error: &(dyn Error + 'static)) -> bool {
    let driver = match (
        error.downcast_ref::<DbErr>(),
        error.downcast_ref::<RuntimeErr>(),
    ) {
        (Some(error), _) => failure::driver_error(error).map(AsRef::as_ref),
        (_, Some(RuntimeErr::SqlxError(error))) => Some(error.as_ref()),
        _ => None,
    };
    driver.is_some_and(|error| failure::is_timing(error) || failure::is_lost(error))
}

fn is_unknown(error: &(dyn Error + 'static)) -> bool {
    let error = error.downcast_ref::<DbError>();
    matches!(error, Some(DbError::OutcomeUnknown { .. }))
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
