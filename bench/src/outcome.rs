//! The outcome of doing a work for a while, and the tasks that call it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::work::ROWS;

/// How one call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It was acknowledged.
    Kept,
    /// It was taken back on purpose.
    TakenBack,
    /// The database was locked.
    Refused,
}

/// What a contender did in one round. Also what the Python programs answer.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Outcome {
    /// Calls that ended as they should, per second; or what one took, in the work's unit.
    pub(crate) amount: f64,
    /// The time within which 99 of 100 calls ended, in milliseconds, where there are many.
    pub(crate) p99_ms: Option<f64>,
    /// Changes that were acknowledged as stored.
    #[serde(default)]
    pub(crate) kept: u64,
    /// Calls that were refused because the database was locked.
    #[serde(default)]
    pub(crate) refused: u64,
    /// Acknowledged changes that are not there; found by looking.
    #[serde(default)]
    pub(crate) lost: u64,
}

impl Outcome {
    /// The outcome of insertions in bulk, each of which took so long: the one in the middle.
    pub(crate) fn of_bulks(took: &[Duration]) -> Result<Self> {
        let rows = ROWS.unsigned_abs();
        let rates = took.iter().map(|took| count(rows) / took.as_secs_f64());
        Ok(Self {
            kept: rows * u64::try_from(took.len())?,
            amount: median(rates).context("no insertion in bulk")?,
            ..Self::default()
        })
    }
}

/// What callers did together.
#[derive(Default)]
pub(crate) struct Tally {
    kept: u64,
    taken_back: u64,
    refused: u64,
    latencies: Vec<Duration>,
}

impl Tally {
    /// Notes a call that began at `since` and ended now.
    pub(crate) fn note(&mut self, end: End, since: Instant) {
        match end {
            End::Kept => self.kept += 1,
            End::TakenBack => self.taken_back += 1,
            End::Refused => self.refused += 1,
        }
        self.latencies.push(since.elapsed());
    }

    /// Adds another's.
    pub(crate) fn add(&mut self, other: Self) {
        self.kept += other.kept;
        self.taken_back += other.taken_back;
        self.refused += other.refused;
        self.latencies.extend(other.latencies);
    }

    /// The outcome, if all of it began at `since` and has just ended.
    pub(crate) fn outcome(mut self, since: Instant) -> Outcome {
        let seconds = since.elapsed().as_secs_f64();
        self.latencies.sort_unstable();
        let index = (self.latencies.len() * 99 / 100).min(self.latencies.len().saturating_sub(1));
        let p99 = self.latencies.get(index);
        Outcome {
            amount: count(self.kept + self.taken_back) / seconds,
            p99_ms: p99.map(|it| it.as_secs_f64() * 1e3),
            kept: self.kept,
            refused: self.refused,
            lost: 0,
        }
    }
}

/// Lets `callers` tasks call `one` with the caller's number and the call's, over and over.
pub(crate) async fn drive<F, Fut>(callers: usize, length: Duration, one: F) -> Result<Outcome>
where
    F: Fn(usize, u64) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<End>> + Send + 'static,
{
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let one = one.clone();
        tasks.spawn(async move {
            let mut tally = Tally::default();
            let mut call = 0;
            while started.elapsed() < length {
                let since = Instant::now();
                tally.note(one(caller, call).await?, since);
                call += 1;
            }
            anyhow::Ok(tally)
        });
    }
    let mut all = Tally::default();
    while let Some(tally) = tasks.join_next().await {
        all.add(tally??);
    }
    Ok(all.outcome(started))
}

/// A count as a number that can be divided; exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "no bench counts to 2^53")]
pub(crate) fn count(of: u64) -> f64 {
    of as f64
}

/// The one in the middle; the mean of the two there if they are even in number.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(*values.get(middle - 1)?, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median([]), None);
    }

    #[test]
    fn what_was_refused_is_not_counted_as_done() {
        let started = Instant::now();
        let mut tally = Tally::default();
        tally.note(End::Kept, started);
        tally.note(End::Refused, started);
        let outcome = tally.outcome(started);
        assert_eq!((outcome.kept, outcome.refused), (1, 1));
    }
}
