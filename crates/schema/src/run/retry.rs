//! Waiting for what others hold: the lock of a run, and what a migration has to lock itself.

use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use sea_orm::{DbErr, RuntimeErr};

use super::{Event, RunError, Settings};

/// PostgreSQL's `lock_not_available`.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// The attempts at one migration.
pub(super) struct Retries<'a> {
    settings: &'a Settings<'a>,
    since: Instant,
    pauses: ExponentialBackoff,
}

impl<'a> Retries<'a> {
    pub(super) fn new(settings: &'a Settings<'a>) -> Self {
        Self {
            settings,
            since: Instant::now(),
            // Jitter adds up to as much again, so that those who wait do not come back together.
            pauses: ExponentialBuilder::new()
                .with_min_delay(Duration::from_millis(50))
                .with_max_delay(Duration::from_millis(2_500))
                .without_max_times()
                .with_jitter()
                .build(),
        }
    }

    /// Rests, if another attempt may help; otherwise the error is given back.
    pub(super) async fn rest_after(&mut self, error: RunError) -> Result<(), RunError> {
        let Some(migration) = locked_out(&error).map(str::to_owned) else {
            return Err(error);
        };
        let waited = self.since.elapsed();
        let pause = self.pauses.next();
        let Some(pause) = pause.filter(|_| waited < self.settings.acquire_timeout) else {
            return Err(given_up(error, migration, waited));
        };
        (self.settings.progress)(Event::Retrying {
            migration: &migration,
            pause,
        });
        tokio::time::sleep(pause).await;
        Ok(())
    }
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

/// After these errors SQLite has rolled the transaction back by itself, whatever the statement was:
/// `SQLITE_BUSY`, `SQLITE_NOMEM`, `SQLITE_INTERRUPT`, `SQLITE_IOERR`, `SQLITE_FULL`, and a constraint
/// with `ON CONFLICT ROLLBACK` (<https://www.sqlite.org/lang_transaction.html>).
pub(super) fn takes_all_back(error: &DbErr) -> bool {
    const CODES: [u32; 6] = [5, 7, 9, 10, 13, 19];
    let code = sql_state(error).filter(|code| code.len() < 5);
    let code = code.and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| CODES.contains(&(code & 0xff)))
}

/// The code of the database's own error.
pub(crate) fn sql_state(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))
    | DbErr::Conn(RuntimeErr::SqlxError(error))) = error
    else {
        return None;
    };
    let code = error.as_database_error()?.code()?;
    Some(code.into_owned())
}

/// A run is on one connection: what it sets there must still be set at the next statement.
pub(super) fn require_one(connections: u32) -> Result<(), RunError> {
    if connections == 1 {
        Ok(())
    } else {
        Err(RunError::SharedConnection { connections })
    }
}

/// Waits for the lock, a little longer each time, until the time for it is over.
pub(super) struct Wait<'a> {
    settings: &'a Settings<'a>,
    since: Instant,
    pauses: ExponentialBackoff,
    is_reported: bool,
}

impl<'a> Wait<'a> {
    /// Shorter waits are not reported.
    const WORTH_REPORTING: Duration = Duration::from_millis(500);

    pub(super) fn new(settings: &'a Settings<'a>) -> Self {
        Self {
            settings,
            since: Instant::now(),
            pauses: ExponentialBuilder::new()
                .with_min_delay(Duration::from_millis(10))
                .with_max_delay(Duration::from_millis(200))
                .without_max_times()
                .build(),
            is_reported: false,
        }
    }

    pub(super) async fn a_little(&mut self) -> Result<(), RunError> {
        let waited = self.since.elapsed();
        let pause = self.pauses.next();
        let Some(pause) = pause.filter(|_| waited < self.settings.acquire_timeout) else {
            return Err(RunError::Busy { waited });
        };
        if !self.is_reported && waited >= Self::WORTH_REPORTING {
            self.is_reported = true;
            (self.settings.progress)(Event::Waiting);
        }
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use groundwork_naming::Convention;

    use super::*;

    const CONVENTION: Convention = Convention {
        primary_key: "pk_{table}",
        foreign_key: "fk_{table}_{columns}_{referred_table}",
        unique: "uq_{table}_{columns}",
        check: "ck_{table}_{rule}",
        index: "ix_{table}_{columns}",
        not_null: "nn_{table}_{columns}",
    };

    #[test]
    fn pauses_grow_to_five_seconds_and_never_end() {
        let settings = Settings::new(&CONVENTION);
        let firsts: Vec<Duration> = (0..50)
            .filter_map(|_| Retries::new(&settings).pauses.next())
            .collect();
        let (least, most) = (Duration::from_millis(50), Duration::from_millis(100));
        assert!(firsts.iter().all(|first| (least..=most).contains(first)));
        assert!(firsts.iter().any(|first| first != &firsts[0]), "random");
        let late = Retries::new(&settings).pauses.nth(200).unwrap();
        assert!(late >= Duration::from_millis(2_500) && late <= Duration::from_secs(5));
    }
}
