//! Repeating a unit of work that the engine refused for reasons of timing only.

use std::{error::Error, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use sea_orm::{DbErr, RuntimeErr, sqlx};

use super::{
    backend::UnitTime, database::Database, error::DbError, failure, metrics, unit::UnitOfWork,
};

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
        self.repeat(&work).await.map_err(|failed| failed.error)
    }

    pub(super) async fn repeat<T, E, F>(
        &self,
        work: &impl Fn(UnitOfWork) -> F,
    ) -> Result<T, Failed<E>>
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
            let failed = match self.attempt(work).await {
                Ok(value) => return Ok(value),
                Err(failed) => failed,
            };
            match pauses.next().filter(|_| failed.again) {
                Some(pause) => {
                    metrics::repeated();
                    tracing::debug!(error = %failed.error, ?pause, "repeating a unit of work");
                    tokio::time::sleep(pause).await;
                }
                None => return Err(failed),
            }
        }
    }

    async fn attempt<T, E, F>(&self, work: &impl Fn(UnitOfWork) -> F) -> Result<T, Failed<E>>
    where
        E: From<DbError> + Error + 'static,
        F: Future<Output = Result<T, E>>,
    {
        let unit = self.begin().await.map_err(Failed::of_the_database)?;
        let time = unit.session.backend.time();
        let lent = unit.lend();
        let failed = match work(lent).await {
            Ok(value) => match unit.commit().await {
                Ok(()) => return Ok(value),
                Err(error) => Failed::of_the_database(error),
            },
            Err(error) => Failed::of_the_work(error),
        };
        Err(failed.within(&time))
    }
}

/// Why a unit was not stored.
pub(super) struct Failed<E> {
    pub(super) error: E,
    /// The same may succeed the next time.
    again: bool,
    /// Nothing was stored, because it took longer than it may.
    pub(super) is_out_of_time: bool,
}

impl<E: From<DbError> + Error + 'static> Failed<E> {
    fn of_the_work(error: E) -> Self {
        let again = chain(&error).any(is_worth_repeating) && !chain(&error).any(is_unknown);
        Self::new(error, again)
    }

    fn new(error: E, again: bool) -> Self {
        Self {
            error,
            again,
            is_out_of_time: false,
        }
    }

    /// The same, with what is known of the unit's time.
    fn within(mut self, time: &UnitTime) -> Self {
        let is_over = time.is_over() || chain(&self.error).any(is_cut_off);
        self.is_out_of_time = is_over && !chain(&self.error).any(is_unknown);
        self
    }

    fn of_the_database(error: DbError) -> Self {
        let again = match &error {
            DbError::TakenAlong => true,
            // Nothing was stored, also when the connection is gone.
            DbError::Database { source, .. } => is_worth_repeating(source),
            _ => false,
        };
        Self::new(error.into(), again)
    }
}

/// Before the commit, a connection that broke has stored nothing.
fn is_worth_repeating(error: &(dyn Error + 'static)) -> bool {
    driver(error).is_some_and(|error| failure::is_timing(error) || failure::is_lost(error))
}

fn is_cut_off(error: &(dyn Error + 'static)) -> bool {
    driver(error).is_some_and(failure::is_cut_off)
}

fn driver<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a sqlx::Error> {
    match (
        error.downcast_ref::<DbErr>(),
        error.downcast_ref::<RuntimeErr>(),
    ) {
        (Some(error), _) => failure::driver_error(error).map(AsRef::as_ref),
        (_, Some(RuntimeErr::SqlxError(error))) => Some(error.as_ref()),
        _ => None,
    }
}

fn is_unknown(error: &(dyn Error + 'static)) -> bool {
    let error = error.downcast_ref::<DbError>();
    matches!(error, Some(DbError::OutcomeUnknown { .. }))
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
