//! Units of work that are sized in rows: as many rows as the time of a unit allows.

use std::{
    error::Error,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{database::Database, error::DbError, unit::UnitOfWork};

/// How many rows a unit of work takes. A machine that is slow, or busy, has the same time limit as
/// any other, so the size follows the time that units take: half of it after one that ran out of
/// time or nearly did, twice as much after one that took little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitSize {
    rows: usize,
    most: usize,
}

impl UnitSize {
    /// At first, and at most, this many rows.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        Self { rows: most, most }
    }

    /// How many rows the next unit takes.
    #[must_use]
    pub fn rows(self) -> usize {
        self.rows
    }

    /// Half of it; false if it cannot be smaller.
    pub fn halve(&mut self) -> bool {
        let could = self.rows > 1;
        self.rows = (self.rows / 2).max(1);
        could
    }

    /// What a unit that took so long of so much time says about the next one.
    fn learn(&mut self, took: Duration, limit: Duration) {
        if took > limit / 2 {
            self.halve();
        } else if took < limit / 8 {
            self.rows = self.rows.saturating_mul(2).min(self.most);
        }
    }
}

impl Database {
    /// As [`write`](Self::write), for work that takes as many rows as `size` says, which is passed to it.
    /// A unit that runs out of time (`database.unit_of_work_timeout_ms` on SQLite,
    /// `database.statement_timeout_ms` on PostgreSQL) is repeated with half of them.
    ///
    /// # Errors
    /// As [`write`](Self::write); that the time ran out only if a single row takes too long.
    pub async fn write_sized<T, E, F>(
        &self,
        size: &mut UnitSize,
        work: impl Fn(UnitOfWork, usize) -> F,
    ) -> Result<T, E>
    where
        E: From<DbError> + Error + 'static,
        F: Future<Output = Result<T, E>>,
    {
        loop {
            let rows = size.rows();
            // Not while it waits for its turn.
            let began = Mutex::new(Instant::now());
            let timed = |unit| {
                *began.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
                work(unit, rows)
            };
            match self.repeat(&timed).await {
                Ok(value) => {
                    let began = began.into_inner().unwrap_or_else(PoisonError::into_inner);
                    size.learn(began.elapsed(), self.time_limit());
                    return Ok(value);
                }
                Err(failed) if failed.is_out_of_time && size.halve() => {
                    tracing::info!(
                        rows,
                        next = size.rows(),
                        "a unit of work took too many rows"
                    );
                }
                Err(failed) => return Err(failed.error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_follows_the_time_that_units_take() {
        let limit = Duration::from_secs(8);
        let mut size = UnitSize::new(1_000);
        assert!(size.halve());
        size.learn(Duration::from_secs(5), limit);
        assert_eq!(size.rows(), 250, "more than half of the time was taken");
        size.learn(Duration::from_secs(2), limit);
        assert_eq!(size.rows(), 250, "this fits");
        for expected in [500, 1_000, 1_000] {
            size.learn(Duration::from_millis(900), limit);
            assert_eq!(size.rows(), expected);
        }
        let mut least = UnitSize::new(2);
        assert!(least.halve());
        assert!(!least.halve(), "a row cannot be halved");
    }
}
