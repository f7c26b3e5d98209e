//! Trying again after others held what a migration has to lock (PostgreSQL).

use std::{
    hash::{BuildHasher as _, RandomState},
    time::{Duration, Instant},
};

use sea_orm::{DbErr, RuntimeErr};

use super::{Event, RunError, Settings};

/// PostgreSQL's `lock_not_available`.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// The attempts at one migration.
pub(super) struct Retries<'a> {
    settings: &'a Settings<'a>,
    since: Instant,
    pause: Duration,
}

impl<'a> Retries<'a> {
    const LONGEST_PAUSE: Duration = Duration::from_secs(5);

    pub(super) fn new(settings: &'a Settings<'a>) -> Self {
        Self {
            settings,
            since: Instant::now(),
            pause: Duration::from_millis(100),
        }
    }

    /// Rests, if another attempt may help; otherwise the error is given back.
    pub(super) async fn rest_after(&mut self, error: RunError) -> Result<(), RunError> {
        let Some(migration) = locked_out(&error).map(str::to_owned) else {
            return Err(error);
        };
        let waited = self.since.elapsed();
        if waited >= self.settings.patience {
            return Err(given_up(error, migration, waited));
        }
        let pause = jittered(self.pause);
        (self.settings.progress)(Event::Retrying {
            migration: &migration,
            pause,
        });
        tokio::time::sleep(pause).await;
        self.pause = (self.pause * 2).min(Self::LONGEST_PAUSE);
        Ok(())
    }
}

/// Between half of a pause and all of it, so that those who wait do not come back together.
fn jittered(pause: Duration) -> Duration {
    let random = RandomState::new().hash_one(pause) % 512;
    pause.mul_f64(0.5)
        + pause
            .mul_f64(0.5)
            .mul_f64(f64::from(u32::try_from(random).unwrap_or(0)) / 512.0)
}

/// The migration that failed for want of a lock, and that may be tried again.
fn locked_out(error: &RunError) -> Option<&str> {
    let (RunError::Failed {
        migration, source, ..
    }
    | RunError::FailedBare {
        migration,
        source,
        is_retriable: true,
        ..
    }) = error
    else {
        return None;
    };
    (sql_state(source).as_deref() == Some(LOCK_NOT_AVAILABLE)).then_some(migration)
}

fn given_up(error: RunError, migration: String, waited: Duration) -> RunError {
    match error {
        RunError::Failed { source, .. } | RunError::FailedBare { source, .. } => RunError::Locked {
            migration,
            waited,
            source,
        },
        other => other,
    }
}

/// The code of the database's own error.
pub(super) fn sql_state(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))
    | DbErr::Conn(RuntimeErr::SqlxError(error))) = error
    else {
        return None;
    };
    let code = error.as_database_error()?.code()?;
    Some(code.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jittered_pause_lies_between_half_and_all_of_it() {
        let pause = Duration::from_secs(4);
        let pauses: Vec<Duration> = (0..100).map(|_| jittered(pause)).collect();
        assert!(pauses.iter().all(|p| (pause / 2..=pause).contains(p)));
        assert!(pauses.iter().any(|p| p != &pauses[0]), "it is random");
    }
}
